"""Checks one exported cycle with nothing but Python: `python verify.py [FOLDER [HEAD]]`; 0 if whole, else 5.

Files are those of the statement; events are one chain, and name protocol, reports and artifacts; metrics of runs are
the evidence; figures stand in their events and round to the digits printed. Nothing is signed: whoever writes all of a
crate anew can make it agree with itself, but not with a HEAD from elsewhere, nor with a trusted copy of this file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

METADATA, STATEMENT = "ro-crate-metadata.json", "attestation.intoto.json"
EVENTS, STUDY, VERIFIER = "events.jsonl", "study.json", "verify.py"
STATEMENT_TYPE, PREDICATE_TYPE = "https://in-toto.io/Statement/v1", "urn:gonogo:cycle:v1"
PROTOCOL, REPORT = ("StudyRegistered", "StudyAmended"), "ReportWritten"
LINKED = ("study", "position", "at", "actor", "cause", "type", "version", "body")


class Bad(Exception):
    """The first place that does not check out, and why."""


class Crate:
    """A folder, what was found in it so far, and the place that is being looked at."""

    def __init__(self, root: Path) -> None:
        self.root, self.place = root, STATEMENT
        self.digests: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.figures = self.traced = 0

    def check(self, head: str = "") -> str:
        """What was checked, in a line; raises Bad at the first place that does not check out."""
        try:
            self.check_files()
            self.check_chain(head)
            for name in self.check_names():
                self.check_figures(name)
            self.check_runs()
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, StopIteration) as error:
            raise Bad(f"{self.place}: cannot be read as what it should be ({type(error).__name__}: {error})") from error
        counts = f"{len(self.digests)} files, {len(self.events)} events, {self.traced} of {self.figures} figures traced"
        return f"{counts}, all rounded again: everything checks out (unsigned); head {self.events[-1]['hash']}"

    def require(self, holds: bool, why: str, at: str = "") -> None:
        """Raise Bad unless it holds."""
        if not holds:
            raise Bad(f"{at or self.place}: {why}")

    def load(self, name: str) -> Any:
        """The JSON of a file, which becomes the place that is looked at."""
        self.place = name
        return json.loads((self.root / name).read_bytes())

    def check_files(self) -> None:
        """Exactly the files of the statement are there, each with its digest."""
        self.digests = {str(item["name"]): str(item["digest"]["sha256"]) for item in self.load(STATEMENT)["subject"]}
        found = {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_symlink() or not p.is_dir()}
        for name in sorted(self.digests):
            self.place = name
            self.require(name in found, "is missing")
            with (self.root / name).open("rb") as file:
                self.require(hashlib.file_digest(file, "sha256").hexdigest() == self.digests[name], "was altered")
        extra = sorted(found - self.digests.keys() - {STATEMENT})
        self.require(not extra, "is no part of the statement", "".join(extra[:1]))

    def check_chain(self, known: str) -> None:
        """Every event is the one that was linked to the event before it, and the last link is the one that is known."""
        head = "0" * 64
        for number, line in enumerate((self.root / EVENTS).read_bytes().removesuffix(b"\n").split(b"\n"), 1):
            self.place = f"{EVENTS}: event {number}"
            row = json.loads(line)
            self.require(row["position"] == number, f"is missing; position {row['position']} stands in its place")
            head = hashlib.sha256(encoded([head, *(row[column] for column in LINKED)])).hexdigest()
            self.require(row["hash"] == head and encoded(row) == line, "was altered after it was written")
            self.events.append({**row, "event": json.loads(row["body"])})
        self.require(known in ("", head), f"ends the log with head {head}, not {known}")
        self.require(self.events[-1]["type"] == "CycleClosed", "does not close a cycle")

    def check_names(self) -> list[str]:
        """Statement and metadata say what events do, and events name the very files; gives the JSON of the reports."""
        stated, self.place = statement(self.digests, self.events), STATEMENT
        self.require((self.root / STATEMENT).read_bytes() == encoded(stated), "says other than files and events do")
        reports = those(self.events, REPORT)[-1]["event"]["files"]
        named = [(STUDY, stated["predicate"]["study_sha256"]), *((file["name"], file["digest"]) for file in reports)]
        for name, digest in [*named, *(file for row in self.events for file in artifacts(row))]:
            self.require(self.digests.get(name) == digest, f"is not the file that the events name ({digest})", name)
        listed = [(each["name"], each["sha256"]) for each in self.load(METADATA)["@graph"] if "sha256" in each]
        unlike = {name for name, digest in listed if self.digests.get(name) != digest}
        self.require(not unlike, f"has other digests of {sorted(unlike)}")
        return sorted(file["name"] for file in reports if file["name"].endswith(".json"))

    def check_runs(self) -> None:
        """Every number that is evidence is a metric of the run that it names, which holds what was logged."""
        for row in those(self.events, "EvidenceRecorded"):
            run = self.load(f"runs/{row['event']['run_id']}.json")
            self.require(run["run_id"] == row["event"]["run_id"], f"holds run {run['run_id']}")
            for item in row["event"]["evidence"]:
                bounds = {f"/{side}": item["interval"][side] for side in ("low", "high") if item["interval"]}
                for suffix, value in {"": item["value"], **bounds}.items():
                    key, told = item["metric"] + suffix, run["metrics"].get(item["metric"] + suffix)
                    self.require(told == value, f"{key} is {told}, and event {row['position']} says {value}")
            held = hashlib.sha256(encoded([run["run_id"], run["metrics"], run["params"]])).hexdigest()
            self.require(row["event"].get("run_sha256") in (None, held), "holds other numbers than were logged")

    def check_figures(self, name: str) -> None:
        """Every figure of a report is the number that its event holds, and is printed as it rounds."""
        report = self.load(name)
        known = self.events[: report["as_of"]]
        self.require(known[-1]["hash"] == report["head"], "was rendered from another log")
        for figure in report["figures"]:
            self.place = f"{name}: {figure['id']}"
            position, bounds = figure["position"], figure["interval"]
            self.require(0 < position <= len(known), f"event {position} is none that the report was rendered from")
            printed = [(bounds[side], bounds.pop(f"{side}_text")) for side in ("low", "high") if bounds is not None]
            for value, text in [(figure["value"], figure["text"]), *printed]:
                self.require(rounded(value, figure["rounding"]) == text, f"{value} is not {text} when it is rounded")
            source = trace(figure, known[:position])
            self.figures, self.traced = self.figures + 1, self.traced + (source is not None)
            unlike = {key: value for key, value in (source or {}).items() if figure[key] != value}
            self.require(not unlike, f"event {position} says of {figure['metric']}: {unlike}")


def encoded(value: object) -> bytes:
    """Canonical JSON: sorted keys, no spaces, no needless escapes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def statement(digests: dict[str, str], events: list[dict[str, Any]]) -> dict[str, Any]:
    """The in-toto statement of a crate: its files by digest, and what its events say of the cycle."""
    protocol, report = (those(events, *types)[-1]["event"] for types in (PROTOCOL, (REPORT,)))
    predicate = {"study": protocol["study"]["name"], "study_sha256": protocol["digest"]}
    predicate |= {"cycle": events[-1]["event"]["cycle"], "closed": events[-1]["at"], "events": len(events)}
    predicate |= {"head": events[-1]["hash"], "report_head": events[report["as_of"] - 1]["hash"]}
    subject = [{"name": name, "digest": {"sha256": digests[name]}} for name in sorted(digests)]
    return {"_type": STATEMENT_TYPE, "subject": subject, "predicateType": PREDICATE_TYPE, "predicate": predicate}


def those(events: list[dict[str, Any]], *types: str) -> list[dict[str, Any]]:
    """The events of these types."""
    return [row for row in events if row["type"] in types]


def artifacts(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Name in the crate and digest of each file in an event of any type: an object with name, digest and size."""
    parts: list[dict[str, Any]] = []
    json.loads(row["body"], object_hook=parts.append)  # each object in the body, itself the last
    files = [part for part in parts if row["type"] != REPORT and {"name", "digest", "size"} <= part.keys()]
    return [(f"artifacts/{parts[-1].get('run_id') or file['digest']}/{file['name']}", file["digest"]) for file in files]


def trace(figure: dict[str, Any], known: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What the last of the events says of a figure; None where the figure sums up more than one kind of event."""
    row, metric = known[-1], figure["metric"]
    if figure["run_id"] is not None:
        found = next(item for item in row["event"]["evidence"] if item["metric"] == metric)
        return {key: found[key] for key in ("run_id", "value", "digest", "n", "unit", "interval")}
    if metric.startswith("/"):
        value = row["event"]
        for step in metric[1:].split("/"):
            value = value[int(step)] if isinstance(value, list) else value[step]
        return {"value": value}
    if metric.startswith("task/") and metric.endswith("/duration_s"):
        _, task, *attempt, _ = metric.split("/")  # `attempt` and its number from 1; without, the last one
        begun = [claim["at"] for claim in those(known, "TaskClaimed") if claim["event"]["task_id"] == task]
        began = datetime.fromisoformat(begun[int(attempt[1]) - 1 if attempt else -1])
        return {"value": (datetime.fromisoformat(row["at"]) - began).total_seconds()}
    return None


def rounded(value: float, rule: str) -> str:
    """The digits of a value under `exact`, `whole`, `decimals:3`, `significant:3` or `p:3`, or these by a divisor."""
    style, number = rule.partition("/")[0].partition(":")[::2]
    value, digits = float(value) / float(rule.partition("/")[2] or 1), int(number or 0)
    if style == "p" and value < float(least := f"{10.0**-digits:.{digits}f}"):
        return f"< {least}"
    if style == "significant":
        digits = max(0, digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2]))
    text = repr(value).removesuffix(".0") if style == "exact" else f"{value:.{digits}f}"
    return text[1:] if text[0] == "-" and not text.strip("-0.") else text


def main(folder: str = "", head: str = "") -> int:
    """Check the folder, or the one that this file lies in, and say in a line what was found."""
    try:
        sys.stdout.write(Crate(Path(folder) if folder else Path(__file__).resolve().parent).check(head) + "\n")
    except Bad as bad:
        sys.stderr.write(f"verify: {bad}\n")
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
