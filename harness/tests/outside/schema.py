"""Holds results against the published schema with Python's jsonschema."""
import copy
import json

import jsonschema


def read(name):
    return json.load(open(name, encoding="utf-8"))


schema = read("schema.json")
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
names = ["run.json", "busy.json", "variants.json", "files.json"]
for name in names:
    for error in validator.iter_errors(read(name)):
        raise SystemExit(f"{name}: {list(error.absolute_path)}: {error.message[:2000]}")
assert read("busy.json")["calls"]["flows"][0]["due"] > 0, "there are calls in it"

# A schema that takes everything would prove nothing.
wrong = []
for change in (
    lambda result: result.pop("digest"),
    lambda result: result.update(unknown=1),
    lambda result: result["stocks"][0].update(attempts="many"),
):
    result = copy.deepcopy(read("run.json"))
    change(result)
    wrong.append(validator.is_valid(result))
assert not any(wrong), wrong
print(f"{len(names)} results are as the schema says, and none of {len(wrong)} that are not")
