"""Reads one run in four formats with Python's own readers and compares what they say."""
import csv
import json
import re
import xml.etree.ElementTree as xml

result = json.load(open("run.json", encoding="utf-8"))
rows = list(csv.DictReader(open("run.csv", encoding="utf-8", newline="")))
suites = xml.parse("run.junit").getroot()
metrics = open("run.openmetrics", encoding="utf-8").read().splitlines()

assert metrics[-1] == "# EOF"
assert len(rows) > 240 and all(None not in row and None not in row.values() for row in rows), "every row is whole"
assert open("run.csv", "rb").read().count(b"\r\n") == len(rows) + 1, "RFC 4180: lines end in CR LF"

refused = {}
for stock in result["stocks"]:
    key = (stock["node"], stock["feature"], stock["kind"])
    refused[key] = sum(stock["denials"].values())

by_csv = {}
peaks = {}
for row in rows:
    key = (row["node"], row["licence"], row["stock"])
    if row["series"] == "licence_refusals":
        by_csv[key] = by_csv.get(key, 0) + int(row["value"])
    if row["series"] == "licence_units_in_use":
        peaks[key] = max(peaks.get(key, 0), int(row["value"]))

by_metrics = {}
for line in metrics:
    found = re.fullmatch(r'pbxsim_licence_refusals_total\{.*node="(.*?)",licence="(.*?)",stock="(.*?)"\} (\d+) [\d.]+', line)
    if found:
        by_metrics[found.groups()[:3]] = int(found.group(4))

assert sum(refused.values()) > 0
for stock in result["stocks"]:
    key = (stock["node"], stock["feature"], stock["kind"])
    assert by_csv[key] == refused[key], (key, by_csv[key], refused[key])
    assert by_metrics[key] == refused[key], (key, by_metrics[key], refused[key])
    assert peaks[key] == stock["high_water"], (key, peaks[key], stock["high_water"])

cases = {case.get("name"): case for case in suites.iter("testcase")}
for expectation in result["expectations"]:
    failed = cases[expectation["sentence"]].find("failure") is not None
    assert failed == (expectation["verdict"] == "fail"), expectation["sentence"]
failures = sum(1 for expectation in result["expectations"] if expectation["verdict"] == "fail")
assert int(suites.get("failures")) == failures
print(f"{sum(refused.values())} refused in every format")
