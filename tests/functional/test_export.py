"""An exported cycle stands alone: it checks out in a bare Python, and whatever is changed in it is named."""

from __future__ import annotations

import ast
import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.export import verify_crate
from orchestrator.export.verify_crate import Bad, Crate, encoded

from .conftest import unsigned

STATEMENT, METADATA = "attestation.intoto.json", "ro-crate-metadata.json"
REPORT = "reports/cycle-001/cycle-report.json"


@pytest.fixture(scope="module")
def crate(one_cycle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first cycle, exported. Copy it, or put back what you change."""
    folder = tmp_path_factory.mktemp("crate") / "cycle-001"
    assert run(["export", "--cycle", "1", "-w", str(one_cycle), "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def copy(crate: Path, tmp_path: Path) -> Path:
    shutil.copytree(crate, tmp_path / "crate")
    return tmp_path / "crate"


def bare(crate: Path, *arguments: str, script: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The verifier in a Python that sees neither this package nor any other, nor the folder it is in."""
    command = [sys.executable, "-I", "-S", str(script or crate / "verify.py"), *arguments]
    return subprocess.run(command, cwd=crate.parent, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def reseal(crate: Path) -> None:
    """State the files as they are now, as somebody would who wants to hide what was done to them."""
    described = json.loads((crate / METADATA).read_bytes())
    for entity in described["@graph"]:
        if "sha256" in entity and (crate / entity["name"]).is_file():
            entity["sha256"] = hashlib.sha256((crate / entity["name"]).read_bytes()).hexdigest()
    described["@graph"] = [e for e in described["@graph"] if "sha256" not in e or (crate / e["name"]).is_file()]
    (crate / METADATA).write_text(json.dumps(described), encoding="utf-8")
    stated = json.loads((crate / STATEMENT).read_bytes())
    files = {name: hashlib.sha256(data).hexdigest() for name, data in contents(crate).items() if name != STATEMENT}
    stated["subject"] = [{"name": name, "digest": {"sha256": files[name]}} for name in sorted(files)]
    (crate / STATEMENT).write_bytes(encoded(stated))


def complaint(crate: Path, head: str = "") -> str:
    with pytest.raises(Bad) as found:
        Crate(crate).check(head)
    return str(found.value)


def flip(path: Path, place: int = -10) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def a_run(crate: Path) -> Path:
    return sorted((crate / "runs").iterdir())[0]


def an_artifact(crate: Path) -> Path:
    return sorted((crate / "artifacts").glob("*/samples.npz"))[0]


def raise_a_metric(crate: Path) -> None:
    run_file = a_run(crate)
    data = json.loads(run_file.read_bytes())
    events = map(json.loads, (crate / "events.jsonl").read_bytes().decode().strip("\n").split("\n"))
    bodies = [json.loads(row["body"]) for row in events if row["type"] == "EvidenceRecorded"]
    cited = next(body["evidence"][0]["metric"] for body in bodies if body["run_id"] == data["run_id"])
    data["metrics"][cited] = 2 * data["metrics"][cited] + 1
    run_file.write_bytes(encoded(data) + b"\n")


def rewrite_parameters(crate: Path) -> None:
    run_file = a_run(crate)
    data = json.loads(run_file.read_bytes())
    data["params"] = dict.fromkeys(data["params"], "999")
    run_file.write_bytes(encoded(data) + b"\n")


def test_an_export_checks_out_in_a_bare_python(crate: Path) -> None:
    done = bare(crate)
    assert (done.returncode, done.stderr) == (0, "")
    assert "everything checks out (unsigned)" in done.stdout
    elsewhere = bare(crate, str(crate), script=Path(verify_crate.__file__))
    assert elsewhere.stdout == done.stdout


def test_the_verifier_is_short_and_imports_nothing_but_the_standard_library() -> None:
    text = Path(verify_crate.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= sys.stdlib_module_names


def test_most_figures_are_traced_and_all_are_rounded_again(crate: Path) -> None:
    counted = Crate(crate)
    counted.check()
    reports = [
        json.loads((crate / f"reports/cycle-001/{name}.json").read_bytes())
        for name in ("cycle-report", "assessment", "handover")
    ]
    assert counted.figures == sum(len(report["figures"]) for report in reports)
    sums = [
        figure["metric"]
        for report in reports
        for figure in report["figures"]
        if figure["run_id"] is None and not figure["metric"].startswith("/") and "duration_s" not in figure["metric"]
    ]
    assert counted.traced == counted.figures - len(sums)


def test_the_same_workspace_gives_the_same_bytes_also_after_another_cycle(
    crate: Path, two_cycles: Path, tmp_path: Path, gonogo
) -> None:
    assert gonogo("export", "--cycle", 1, "-w", two_cycles, "-o", tmp_path / "again").code == 0
    assert contents(tmp_path / "again") == contents(crate)
    for name in ("a.zip", "b.zip"):
        assert gonogo("export", "--cycle", 1, "-w", two_cycles, "-o", tmp_path / name).code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert contents(tmp_path / "unpacked") == contents(crate)


def test_the_metadata_is_that_of_a_process_run_crate(crate: Path) -> None:
    described = json.loads((crate / METADATA).read_bytes())
    graph = {entity["@id"]: entity for entity in described["@graph"]}
    assert len(graph) == len(described["@graph"]), "an entity is described once"
    root = graph["./"]
    assert graph[METADATA]["about"] == {"@id": "./"}
    assert graph[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert graph[root["conformsTo"]["@id"]]["@type"] == "CreativeWork"
    assert {"name", "description", "datePublished", "license"} <= root.keys()
    files = {entity["@id"] for entity in graph.values() if entity["@type"] == "File"}
    assert {part["@id"] for part in root["hasPart"]} == files == contents(crate).keys() - {METADATA}
    assert set(references(described)) <= graph.keys() | {"https://w3id.org/ro/crate/1.1"}
    actions = [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    assert {action["@id"] for action in actions} <= {mentioned["@id"] for mentioned in root["mentions"]}
    for action in actions:
        instruments = action["instrument"] if isinstance(action["instrument"], list) else [action["instrument"]]
        assert {graph[each["@id"]]["@type"] for each in instruments} == {"SoftwareApplication"}
        assert {"name", "description", "endTime", "agent", "object"} <= action.keys()
    assert any("torch" in software.get("name", "") and software["softwareVersion"] for software in graph.values())
    failed = [action for action in actions if action["actionStatus"].endswith("FailedActionStatus")]
    assert [action["error"].partition(" is unavailable")[0] for action in failed] == ["openai/clip-vit-base-patch32"]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if value.keys() == {"@id"}:
            yield value["@id"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_a_comparison_has_the_samples_that_it_read_as_its_objects(crate: Path) -> None:
    graph = json.loads((crate / METADATA).read_bytes())["@graph"]
    comparison = next(entity for entity in graph if entity["@id"].startswith("#task-c1-statistics"))
    read = {item["@id"].rpartition("/")[2] for item in comparison["object"]}
    assert read == {"study.json", "samples.npz"}
    assert len(comparison["object"]) == 4
    assert any(item["@id"].endswith("/comparison.json") for item in comparison["result"])


def test_people_who_decided_are_named_in_later_cycles(two_cycles: Path, tmp_path: Path, gonogo) -> None:
    said = gonogo("export", "--json", "-w", two_cycles, "-o", tmp_path / "crate")
    assert (said.json["schema"], said.json["cycle"], said.json["signed"]) == ("gonogo.export/1", 2, False)
    graph = {e["@id"]: e for e in json.loads((tmp_path / "crate" / METADATA).read_bytes())["@graph"]}
    choice = graph["#decision-c1-claim-strength"]
    assert choice["@type"] == "ChooseAction"
    assert graph[choice["agent"]["@id"]] == {"@id": choice["agent"]["@id"], "@type": "Person", "name": "Ada Lovelace"}
    assert bare(tmp_path / "crate", str(tmp_path / "crate"), said.json["head"]).returncode == 0
    stated = json.loads((tmp_path / "crate" / STATEMENT).read_bytes())
    assert stated["_type"] == "https://in-toto.io/Statement/v1"
    assert stated["predicate"]["head"] == said.json["head"]


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda c: change(c / "events.jsonl", "agent:planner", "agent:plannar"), "events.jsonl"),
        (lambda c: change(c / REPORT, '"text": "0.', '"text": "1.'), REPORT),
        (lambda c: change(c / REPORT.replace("json", "md"), "0.5", "0.6"), REPORT.replace("json", "md")),
        (lambda c: flip(an_artifact(c)), "samples.npz: was altered"),
        (raise_a_metric, "runs/"),
        (lambda c: an_artifact(c).unlink(), "samples.npz: is missing"),
        (lambda c: (c / "artifacts/better.json").write_text("{}"), "artifacts/better.json: is no part"),
        (lambda c: (c / "artifacts/link.json").symlink_to(c / "study.json"), "artifacts/link.json: is no part"),
        (lambda c: (c / STATEMENT).unlink(), STATEMENT),
        (lambda c: (c / STATEMENT).write_bytes(b"\xff{"), STATEMENT),
        (lambda c: change(c / STATEMENT, '"cycle":1', '"cycle":2'), STATEMENT),
    ],
    ids=[
        "event", "digit of the JSON", "digit of the Markdown", "artifact", "metric", "file gone", "file more",
        "link more", "no statement", "no JSON", "statement",
    ],
)  # fmt: skip
def test_what_was_changed_is_named_and_ends_with_5(copy: Path, damage: Callable[[Path], object], named: str) -> None:
    damage(copy)
    done = bare(copy)
    assert (done.returncode, done.stdout) == (5, "")
    assert named in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda c: change(c / "events.jsonl", "agent:planner", "agent:plannar"), "event 3: was altered"),
        (lambda c: drop_event(c, 5), "event 5: is missing"),
        (lambda c: drop_event(c, -1), "does not close a cycle"),
        (lambda c: change(c / REPORT, '"text": "0.', '"text": "1.'), f"{REPORT}: is not the file that the events name"),
        (lambda c: change(c / "study.json", '"threshold":0.7', '"threshold":0.6'), "study.json: is not the file"),
        (lambda c: flip(an_artifact(c)), "samples.npz: is not the file that the events name"),
        (lambda c: an_artifact(c).unlink(), "samples.npz: is not the file that the events name"),
        (raise_a_metric, "says"),
        (rewrite_parameters, "holds other numbers than were logged"),
        (lambda c: a_run(c).unlink(), "runs/"),
    ],
    ids=[
        "event",
        "event gone",
        "log cut",
        "report",
        "protocol",
        "artifact",
        "artifact gone",
        "metric",
        "parameters",
        "run gone",
    ],
)
def test_a_statement_that_was_written_anew_hides_nothing(
    copy: Path, damage: Callable[[Path], object], named: str
) -> None:
    damage(copy)
    reseal(copy)
    assert named in complaint(copy)


def drop_event(crate: Path, index: int) -> None:
    lines = (crate / "events.jsonl").read_bytes().removesuffix(b"\n").split(b"\n")
    del lines[index - 1 if index > 0 else index]
    (crate / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def forge(crate: Path, edit: Callable[[dict], None]) -> None:
    """Change events and link them all anew, with the files that they name."""
    from store.canonical import canonical
    from store.log.chain import EventRow, link
    from store.record import GENESIS

    rows = [json.loads(line) for line in (crate / "events.jsonl").read_bytes().decode().removesuffix("\n").split("\n")]
    head = GENESIS
    for row in rows:
        body = json.loads(row["body"])
        edit(body)
        row["body"] = canonical(body)
        row["hash"] = head = link(head, EventRow(**{**row, "hash": ""}))
    (crate / "events.jsonl").write_bytes(b"".join(encoded(row) + b"\n" for row in rows))


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def with_report(crate: Path, alter: Callable[[dict], None]) -> None:
    """Alter the report's JSON, forge the log so that it names the new one, and make statement and heads fit."""
    report = json.loads((crate / REPORT).read_bytes())
    alter(report)
    (crate / REPORT).write_text(json.dumps(report), encoding="utf-8")

    def name_it(body: dict) -> None:
        for file in body.get("files", []):
            if file["name"] == REPORT:
                file["digest"] = digest_of(crate / REPORT)

    forge(crate, name_it)
    stated = json.loads((crate / STATEMENT).read_bytes())
    last = json.loads((crate / "events.jsonl").read_bytes().decode().removesuffix("\n").split("\n")[-1])
    stated["predicate"]["head"] = last["hash"]
    (crate / STATEMENT).write_bytes(encoded(stated))
    reseal(crate)


def set_figure(report: dict, which: Callable[[dict], bool], **changes: object) -> str:
    figure = next(figure for figure in report["figures"] if which(figure))
    figure.update(changes)
    return str(figure["id"])


@pytest.mark.parametrize(
    ("which", "changes", "named"),
    [
        (lambda f: f["run_id"] is not None, {"text": "0.123"}, "is not 0.123 when it is rounded"),
        (lambda f: f["run_id"] is not None, {"value": 0.25, "text": "0.250", "rounding": "decimals:3"}, "says of"),
        (lambda f: f["run_id"] is not None, {"run_id": "0" * 32}, "says of"),
        (lambda f: f["metric"].startswith("/"), {"value": 3.0, "text": "3", "rounding": "whole"}, "says of"),
        (lambda f: "duration_s" in f["metric"], {"value": 1.0, "text": "1.0", "rounding": "decimals:1"}, "says of"),
        (lambda f: f["run_id"] is not None, {"position": 1}, "cannot be read"),
        (lambda f: f["run_id"] is not None, {"position": 10_000}, "is none that the report was rendered from"),
    ],
    ids=["digits", "value", "run", "number of an event", "duration", "event", "position"],
)
def test_a_figure_that_its_event_does_not_hold_is_named_though_all_was_linked_anew(
    copy: Path, which: Callable[[dict], bool], changes: dict[str, object], named: str
) -> None:
    found: list[str] = []
    with_report(copy, lambda report: found.append(set_figure(report, which, **changes)))
    said = complaint(copy)
    assert f"{REPORT}: {found[0]}: " in said
    assert named in said


def test_a_log_that_was_written_anew_is_not_the_one_whose_head_is_known(copy: Path, crate: Path) -> None:
    head = json.loads((crate / STATEMENT).read_bytes())["predicate"]["head"]
    with_report(copy, lambda report: report.update(reason="as it pleases"))
    assert "everything checks out" in Crate(copy).check(), "a forger of everything is beyond an unsigned crate"
    assert "ends the log with head" in complaint(copy, head)
    assert bare(copy, str(copy), head).returncode == 5


def with_a_later_event(crate: Path, **files: bytes) -> None:
    """Put an event of a type that this version does not know before the last one; it carries files at two depths."""
    kept = {name: {"name": f"{name}.pdf", "digest": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in files.items()}  # fmt: skip
    rows = [json.loads(line) for line in (crate / "events.jsonl").read_bytes().decode().removesuffix("\n").split("\n")]
    last = rows.pop()
    body = {"type": "PaperBuilt", "cycle": 1, "paper": kept["paper"], "pages": [{"figure": kept["figure"]}]}
    rows.append({**last, "type": "PaperBuilt", "body": json.dumps(body)})
    rows.append({**last, "position": last["position"] + 1})
    (crate / "events.jsonl").write_bytes(b"".join(encoded(row) + b"\n" for row in rows))
    forge(crate, lambda body: None)
    for name, data in files.items():
        path = crate / "artifacts" / kept[name]["digest"] / f"{name}.pdf"
        path.parent.mkdir()
        path.write_bytes(data)
    restate(crate)


def restate(crate: Path) -> None:
    """State the files and events as they are now."""
    reseal(crate)
    digests = {
        each["name"]: each["digest"]["sha256"] for each in json.loads((crate / STATEMENT).read_bytes())["subject"]
    }
    rows = [json.loads(line) for line in (crate / "events.jsonl").read_bytes().decode().removesuffix("\n").split("\n")]
    stated = verify_crate.statement(digests, [{**row, "event": json.loads(row["body"])} for row in rows])
    (crate / STATEMENT).write_bytes(encoded(stated))


@pytest.mark.parametrize("name", ["paper.pdf", "figure.pdf"])
def test_files_of_an_event_of_any_type_are_held_to_it(copy: Path, name: str) -> None:
    with_a_later_event(copy, paper=b"a paper", figure=b"a figure")
    assert "everything checks out" in bare(copy).stdout
    (path,) = (copy / "artifacts").glob(f"*/{name}")
    path.write_bytes(b"better news")
    restate(copy)
    assert f"{path.relative_to(copy)}: is not the file that the events name" in complaint(copy)
    path.unlink()
    restate(copy)
    assert "is not the file that the events name" in complaint(copy)


@contextmanager
def one_byte_changed(path: Path, place: int, to: int) -> Iterator[None]:
    before = path.read_bytes()
    path.write_bytes(before[:place] + bytes([to]) + before[place + 1 :])
    yield
    path.write_bytes(before)


def test_any_single_changed_byte_in_any_file_is_caught(copy: Path) -> None:
    draw = random.Random(20261126)
    files = sorted(contents(copy))
    for turn in range(6 * len(files)):
        path = copy / files[turn % len(files)]
        data = path.read_bytes()
        place = draw.randrange(len(data))
        with one_byte_changed(path, place, data[place] ^ draw.randrange(1, 256)):
            assert complaint(copy), (path, place)
    Crate(copy).check()


def test_bytes_all_over_the_statement_count(copy: Path) -> None:
    size = (copy / STATEMENT).stat().st_size
    for place in range(0, size, 37):
        with one_byte_changed(
            copy / STATEMENT, place, ord("0") if (copy / STATEMENT).read_bytes()[place] != 48 else 49
        ):
            assert complaint(copy), place


def edit(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute(statement).rowcount != 0
    connection.close()


@pytest.mark.parametrize(
    ("damage", "code", "why"),
    [
        (lambda w: (unsigned(w), edit(w / "gonogo.db", "DELETE FROM events WHERE type = 'CycleClosed'")), 2,
         "cycle 1 is still open"),
        (lambda w: (w / "reports/cycle-001/assessment.md").unlink(), 2, "gonogo report --cycle 1 renders it again"),
        (lambda w: (w / "reports/cycle-001/assessment.md").write_text("better news"), 5, "assessment.md: is not the"),
        (lambda w: edit(w / "gonogo.db", "UPDATE events SET actor = 'human:Eve' WHERE position = 8"), 5, "position 8"),
        (lambda w: shutil.rmtree(w / "artifacts/sha256"), 5, "is missing from"),
        (lambda w: (w / "mlflow.db").unlink(), 5, "mlflow.db is gone"),
        (lambda w: edit(w / "mlflow.db", "UPDATE latest_metrics SET value = value + 0.001"), 5,
         "holds other metrics"),
        (lambda w: edit(w / "mlflow.db", "UPDATE runs SET status = 'FAILED'"), 5, "no finished run"),
    ],
    ids=["open", "report gone", "report edited", "log edited", "artifacts gone", "no MLflow", "metrics", "failed"],
)  # fmt: skip
def test_what_does_not_check_out_is_not_exported(
    workspace: Path, tmp_path: Path, gonogo, damage: Callable[[Path], object], code: int, why: str
) -> None:
    damage(workspace)
    said = gonogo("export", "--cycle", 1, "-w", workspace, "-o", tmp_path / "out" / "crate")
    assert (said.code, said.out) == (code, "")
    assert why in said.err
    assert said.err.count("\n") == 1
    assert list((tmp_path / "out").glob("*")) == [], "nothing half-written is left"


def test_bad_requests_end_with_2(one_cycle: Path, crate: Path, tmp_path: Path, gonogo) -> None:
    said = gonogo("export", "--cycle", 7, "-w", one_cycle, "-o", tmp_path / "x")
    assert (said.code, "cycle 7 is not there" in said.err) == (2, True)
    said = gonogo("export", "-w", one_cycle, "-o", crate)
    assert (said.code, "is there already" in said.err) == (2, True)
    assert gonogo("export", "-w", tmp_path / "nowhere").code == 2


def test_the_time_of_an_attempt_is_counted_from_its_own_claim() -> None:
    """One whose claim lapsed ends where the next begins, and that is not 0 s."""
    hours = ("T09:00:00", "T09:05:00", "T09:06:30")
    types = ("TaskClaimed", "TaskClaimed", "TaskSucceeded")
    rows = [
        {"at": f"2026-03-02{hour}.000000Z", "type": type_, "event": {"task_id": "t"}}
        for hour, type_ in zip(hours, types, strict=True)
    ]

    def seconds(metric: str, known: list[dict]) -> float:
        found = verify_crate.trace({"run_id": None, "metric": metric}, known)
        assert found is not None
        return found["value"]

    assert seconds("task/t/attempt/1/duration_s", rows[:2]) == 300
    assert seconds("task/t/attempt/2/duration_s", rows) == 90
    assert seconds("task/t/duration_s", rows) == 90
