"""A stand-in for the API.

The nouns: a `StandIn` has two services, one for live and one for test keys.  Each service
has a `State` with projects, tasks, batches and files.  A request becomes a `Call`; a
handler returns the `Answer` to a call, or raises `RejectedCall`.  An answer contains the
`Change` values that the call makes.  The `Ledger` makes the changes and writes them to a
`Journal`.  `Faults` contains the faults of the next calls, `RequestLog` the last requests.

The verbs: `StandIn.handle` refuses requests of web pages, reads the key and chooses a
service.  The service builds the call, `routes.answer_call` chooses the handler,
`Ledger.record` makes the changes, and `Ledger.wait` returns when they are on disk.
Only then the service replies.

Handlers are deterministic: they see the state, the call and its time, and nothing else.

- `calls`, `state`, `routes`: the values, and which handler answers which call
- `projects`, `tasks`, `task_updates`, `batches`, `uploads`: the handlers
- `admission`, `wsgi`: requests that are refused at once; requests of WSGI servers
- `query`, `multipart`: the filters and pages of lists; forms with files
- `ledger`, `records`, `journal`: changes, their JSON, and the file that contains it
- `pages`, `home_view`, `project_view`, `page_text`: what a person reads in a browser
- `faults`, `request_log`, `clock`, `stand_in`: what a test or a person sees
"""
