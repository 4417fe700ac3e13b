"""A stand-in for the API.

A `StandIn` has two accounts, one for live and one for test keys.  Each `Account` has a
`State` with projects, tasks, batches and files.  A request becomes a `Call`.  A handler
returns the `Answer` to a call, or raises `RejectedCall` or `ParamcoreError`.  An answer contains a `Change`
for each value that the call sets.  The `Ledger` makes the changes and writes them to a `Journal`, if there is one.
`Faults` contains the faults of the next calls, and `RequestLog` the last requests.

`StandIn.handle` refuses requests from pages of other sites, reads the key and chooses an account.  The
account builds the call, `routes.answer_call` chooses the handler, `Ledger.record` makes
the changes, and `Ledger.wait` waits until they are on disk.  Then the account replies.

Handlers must be deterministic: they may use only the state, the settings and the call, which contains the time.

- `calls`, `state`, `routes`: calls and answers, the state, and the handler of each call
- `account`: answers calls and saves their changes
- `projects`, `tasks`, `task_updates`, `batches`, `uploads`: the handlers
- `admission`, `wsgi`: checks of each request; requests from WSGI servers
- `callbacks`: checks of `created_at` and of the times that it returns
- `query`, `multipart`: the filters and pages of lists; forms with files
- `ledger`, `records`, `journal`: changes, their JSON, and the file with this JSON
- `pages`, `home_view`, `project_view`, `page_text`: the pages for a browser
- `stand_in`, `faults`, `request_log`, `clock`: the public class, and its parts that a test can set or read
"""
