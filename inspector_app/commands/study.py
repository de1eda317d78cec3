"""`kensa study`: an agreement study (計数値MSA) from CSV tables, with the model as an appraiser if it is wanted."""

import random
from collections.abc import Iterator
from pathlib import Path

from inspector_app import loading
from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, Run
from inspector_app.errors import KensaError, from_os_error
from inspector_app.parts import GENERAL, Parts
from inspector_app.quality import blind
from inspector_app.quality import study as tables
from inspector_app.quality.agreement import Agreement, Appraiser, Kappa, Trial, kappa_band
from inspector_app.quality.rates import Rate
from inspector_app.whole import write_whole
from model_runtime.verdict import Judge, Question

COLUMNS = ("appraiser", "trials", "effectiveness", "miss", "false alarm", "kappa to reference", "kappa within", "band")


def study(run: Run) -> int:
    """Computes a study, or with --plan writes a table to fill in."""
    args = run.args
    kept = _kept(run)
    if kept is not None:
        return _tell_kept(run, kept)
    paths = [Path(name) for name in args.tables]
    table = tables.read_study(paths)
    if args.plan:
        return _plan(run, table)
    more = list(_model_trials(run, table)) if args.model_trials else []
    found = tables.measured(table, more)
    if run.terminal.json:
        run.terminal.emit(tables.to_json(found))
    else:
        _tell(run, found)
    if len(table.reference) < tables.ENOUGH_UNITS:
        run.terminal.say(
            f"Only {len(table.reference)} units; AIAG asks for 50, and 20 are the least that tell something."
        )
    return DONE


def _kept(run: Run) -> blind.BlindStudy | None:
    """A study that was run in the window, named by its id; None where tables are named."""
    folder = run.places.data / "studies" / run.args.tables[0]
    return blind.load(folder) if len(run.args.tables) == 1 and (folder / blind.FILE).is_file() else None


def _tell_kept(run: Run, found: blind.BlindStudy) -> int:
    figures = found.figures()
    if run.terminal.json:
        told = {
            "id": found.id,
            "title": found.title,
            "sha256": blind.sha256_of(found),
            "finished_at": found.finished_at,
        }
        run.terminal.emit({**tables.to_json(figures), **told})
    else:
        _tell(run, figures)
    return DONE


def _plan(run: Run, table: tables.Table) -> int:
    units = list(dict.fromkeys([*table.reference, *table.files]))
    appraisers = [name.strip() for name in run.args.appraisers.split(",") if name.strip()]
    if not appraisers:
        raise KensaError("bad_study", "Name who judges: --appraisers Sato,Suzuki.")
    out = Path(run.args.plan)
    try:
        write_whole(out, tables.sheets(units, appraisers, run.args.trials).encode("utf-8-sig"))
    except OSError as error:
        raise from_os_error(error, "study", out) from error
    run.terminal.say(f"{len(units)} units, {len(appraisers)} appraisers, {run.args.trials} trials: {out}.")
    if run.terminal.json:
        run.terminal.emit({"file": str(out), "units": len(units), "appraisers": appraisers})
    return DONE


def _model_trials(run: Run, table: tables.Table) -> Iterator[Trial]:
    """The model judges all units as often as is wanted, each time in another order; it never sees a reference."""
    if missing := sorted(set(table.reference) - set(table.files)):
        raise KensaError("bad_study", f"Unit {missing[0]} names no photo (file_name), so the model cannot judge it.")
    parts = known_parts(run)
    model, adapter, threads = loading.chosen(run.places, run.settings, run.args.model, run.args.adapter)
    with run.terminal.meter(len(table.reference) * run.args.model_trials, "Judging") as meter:
        judge = loading.load_judge(model, adapter, threads, meter.tell)
        name = judge.identity.adapter.split("/")[0] or judge.identity.base.split("@")[0]
        for trial in range(1, run.args.model_trials + 1):
            units = sorted(table.reference)
            random.shuffle(units)
            for unit in units:
                yield Trial(unit, name, trial, _judged(judge, parts, table.files[unit], run))
                meter.step()


def _judged(judge: Judge, parts: Parts, row: dict[str, str], run: Run) -> str:
    folder, part = Path(row["folder"]), parts.get_or_general(row.get("part") or GENERAL)

    def file(column: str) -> Path | None:
        return folder / row[column] if row.get(column) else None

    photo = file("file_name")
    question = Question(
        photo=photo,
        voice=file("voice_file_name"),
        golden=(file("golden_file_name") or part.golden) if photo else None,
        part=part.name,
        defects=part.defects,
        criteria=part.asked,
        thresholds=run.settings.thresholds or part.thresholds,
    )
    return str(judge.judge(question).judgment.verdict)


def _tell(run: Run, found: Agreement) -> None:
    run.terminal.write(f"{found.units} units, {found.bad} of them bad.")
    run.terminal.table(COLUMNS, [_row(one) for one in found.appraisers])
    if found.pairs:
        run.terminal.table(
            ("pair", "kappa", "agreed"),
            [(f"{p.one} – {p.other}", _kappa(p.kappa), f"{p.kappa.agreed:.1%}") for p in found.pairs],
        )
    if found.everybody is not None:
        run.terminal.write(f"Kappa of all trials of all (Fleiss): {_kappa(found.everybody)}")
    run.terminal.write(
        f"All agree in all trials: {_rate(found.together)}; and are right: {_rate(found.together_right)}"
    )


def _row(one: Appraiser) -> tuple[str, ...]:
    return (
        one.name, str(one.trials), _rate(one.effectiveness), _rate(one.miss), _rate(one.false_alarm),
        _kappa(one.against_reference), _kappa(one.within), str(one.band),
    )  # fmt: skip


def _rate(found: Rate) -> str:
    value = found.value
    return "–" if value is None else f"{value:.1%} ({found.low:.1%}-{found.high:.1%})"


def _kappa(found: Kappa | None) -> str:
    if found is None or found.value is None:
        return "–"
    return f"{found.value:.2f} {kappa_band(found.value)} ({found.low:.2f}-{found.high:.2f})"
