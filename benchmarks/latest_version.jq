$project[0].name as $name
| $project[0].param_history[-1] as {$version}
| ($project[0].param_history[-1] | del(.version, .created_at)) as $inherited
| inputs
| .unique_id as $unique_id
| del(.project, .project_version, .batch, .unique_id, .clear_unique_id_on_error)
| (if .instruction then .instruction + "\n" + $inherited.instruction else $inherited.instruction end) as $instruction
| {
    line: input_line_number,
    $unique_id,
    project: $name,
    params: ($inherited + . + {$instruction}),
    inherited_version: $version,
    project_param_version: $version,
    rests_on: ["T5"]
  }
