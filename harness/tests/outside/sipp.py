"""Reads pbxsim's files in the formats of SIPp with Python's csv and compares them with a file of SIPp's own and with the JSON."""
import csv
import json

def rows(name):
    return list(csv.reader(open(name, encoding="utf-8", newline=""), delimiter=";"))

ours, theirs = rows("stat.csv"), rows("sipp.csv")
assert ours[0] == theirs[0], [pair for pair in zip(ours[0], theirs[0]) if pair[0] != pair[1]]
assert all(len(row) == len(ours[0]) for row in ours), "every row is whole"

last = dict(zip(ours[0], ours[-1]))
flows = json.load(open("run.json", encoding="utf-8"))["calls"]["flows"]
due = sum(flow["due"] for flow in flows)
lost = sum(sum(flow["refused"].values()) + flow["timed_out"] + flow["abandoned"] for flow in flows)
assert due > 0 and int(last["TotalCallCreated"]) == due, (due, last["TotalCallCreated"])
assert int(last["FailedCall(C)"]) >= lost, (lost, last["FailedCall(C)"])
ended = int(last["SuccessfulCall(C)"]) + int(last["FailedCall(C)"])
assert int(last["CurrentCall"]) == due - ended
for name in ("OutgoingCall", "SuccessfulCall", "FailedCall", "Retransmissions"):
    in_all = sum(int(row[ours[0].index(name + "(P)")]) for row in ours[1:])
    assert in_all == int(last[name + "(C)"]), name

times = rows("rtt.csv")
assert times[0] == ["Date_ms", "response_time_ms", "rtd_no"]
assert all(float(row[0]) > 0 and float(row[1]) > 0 and row[2] == "1" for row in times[1:])
classes = [name for name in ours[0] if name.startswith("ResponseTimeRepartition1_")]
assert len(times) - 1 == sum(int(last[name]) for name in classes), "every time is in a class"
setup = sum(flow["setup_ms"]["n"] for flow in flows)
assert len(times) - 1 == setup, (len(times) - 1, setup)
assert len(ours) - 1 == 240
print(f"{due} calls and as many rows as buckets")
