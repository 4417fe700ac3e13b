"""The examples that the help of each command shows."""

#: Arguments of `paramcore`, by command; the files are in `docs/examples`.
EXAMPLES = {
    "preview": (
        "preview warehouse-boxes.json night-shift.json",
        "preview warehouse-boxes.json night-shift.jsonl --format json --output params.jsonl",
    ),
    "explain": ("explain warehouse-boxes.json night-shift.json instruction padding",),
    "plan": (
        "plan warehouse-boxes.json reword.json",
        "plan warehouse-boxes.json reword.json --patch",
        "plan warehouse-boxes.json --wanted warehouse-boxes.json@1",
    ),
    "diff": ("diff warehouse-boxes.json@0 warehouse-boxes.json",),
    "log": ("log warehouse-boxes.json", "log warehouse-boxes.json padding"),
    "impact": (
        "impact warehouse-boxes.json reword.json night-shift.jsonl",
        "impact warehouse-boxes.json reword.json night-shift.jsonl --list",
    ),
    "audit": ("audit warehouse-boxes.json finished.jsonl",),
    "validate": (
        "validate street-signs.json sign-17.json",
        "validate projects --strict --ignore param_unknown",
        "validate warehouse-boxes.json --update pathc.json",
    ),
    "slim": (
        "slim warehouse-boxes.json night-shift.jsonl",
        "slim warehouse-boxes.json night-shift.jsonl --output requests.jsonl",
    ),
    "extract": ("extract yard-cameras.jsonl --name yard --type imageannotation",),
    "report": (
        "report warehouse-boxes.json --update reword.json --output report.html",
        "report warehouse-boxes.json night-shift.jsonl --output report.html --no-values",
    ),
    "schema": ("schema", "schema imageannotation --for project > imageannotation.schema.json"),
    "assumptions": ("assumptions", 'assumptions --assume instruction_separator=" "'),
    "completion": ("completion bash > ~/.local/share/bash-completion/completions/paramcore",),
    "help": ("help plan", "help exit-codes"),
    "fetch": ("fetch 'warehouse boxes' > warehouse-boxes.json", "fetch --all projects"),
    "apply": ("apply 'warehouse boxes' reword.json --patch",),
    "reconcile": ("reconcile 'warehouse boxes' --base 3 --digest 0123456789abcdef0123456789abcdef",),
    "status": ("status projects",),
    "serve": ("serve warehouse-boxes.json --port 8080 --save projects",),
}
