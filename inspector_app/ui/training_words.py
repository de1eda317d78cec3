"""The night in words: balance of a set, the gate's answer, alarms, suggestions, figures with their intervals.

The core gives codes and numbers (and English sentences for the terminal); here they are said in the language in use.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inspector_app.ui.language import mark, tr
from inspector_app.ui.words import defect_word

if TYPE_CHECKING:
    from inspector_app.monitoring import Alarm, Suggestion

GROUPS = {
    "operator": mark("operator"),
    "shift": mark("shift"),
    "line": mark("line"),
    "station": mark("station"),
    "language": mark("language"),
    "lighting": mark("lighting"),
    "lot": mark("lot"),
    "class": mark("defect class"),
    "verdict": mark("verdict"),
}
LIGHTS = {"dark": mark("dark"), "middle": mark("medium"), "bright": mark("bright"), "even": mark("even")}
FIGURES = {
    "miss": mark("Misses"),
    "overkill": mark("Overkill"),
    "coverage": mark("Coverage"),
    "auroc": mark("AUROC"),
    "defect_right": mark("Class right"),
    "region_right": mark("Place right"),
    "ece": mark("Calibration error"),
}
SHARES = {"miss", "overkill", "coverage", "defect_right", "region_right"}
SIDES = {"new": mark("New"), "active": mark("Active"), "base": mark("Model alone")}
PHASES = {
    "labels": mark("Looking at the labels"),
    "start": mark("Loading the model"),
    "look": mark("Looking at the photos"),
    "learn": mark("Learning"),
    "choose": mark("Choosing thresholds"),
    "done": mark("Done"),
    "weigh": mark("Judging"),
}
SPLITS = {
    "lot": mark("Split by lot."),
    "lot, else serial": mark("Split by lot, else serial number."),
    "serial": mark("Split by serial number."),
}
CONFLICTS = {
    "same": mark("The same photo has both verdicts; it is not in the set."),
    "near": mark("Nearly the same photo has the other verdict; look at both."),
}


def group_word(by: str, group: str) -> str:
    """A group as it is called: a class and a light in words, a name as it is."""
    if by == "class":
        return defect_word(group)
    return tr(LIGHTS[group]) if by == "lighting" and group in LIGHTS else group


def balance_words(one: Mapping[str, Any]) -> str:
    """What is, or is not, out of balance."""
    by, groups = str(one["by"]), list(one["groups"])
    if by == "verdict":
        counts = {g["group"]: g["units"] for g in groups}
        words = tr("{ok} units are OK and {ng} NG.", ok=counts.get("OK", 0), ng=counts.get("NG", 0))
        return words + " " + tr("One of them is rare; collect more of it.") if one["out_of_balance"] else words
    if by == "class":
        few = [defect_word(g["group"]) for g in groups if g["units"] < 5]
        if few:
            return tr("Fewer than 5 units are of {classes}; that can hardly be learned or measured.",
                      classes=", ".join(few))  # fmt: skip
        return tr("Every defect class has at least 5 units.")
    word = tr(GROUPS.get(by, by))
    if len(groups) == 1:
        return tr("All units have one {by}: {group}.", by=word, group=group_word(by, groups[0]["group"]))
    if not one["out_of_balance"]:
        return tr("NG rates by {by} are alike.", by=word)
    high = max(groups, key=lambda g: g["bad"] / max(1, g["units"]))
    low = min(groups, key=lambda g: g["bad"] / max(1, g["units"]))
    return tr(
        "The {by} tells good from bad: {high_bad} of {high_units} are NG with {high}, {low_bad} of {low_units} with"
        " {low} (p = {p}). Add good units with {high} or bad ones with {low}.",
        by=word, high=group_word(by, high["group"]), high_bad=high["bad"], high_units=high["units"],
        low=group_word(by, low["group"]), low_bad=low["bad"], low_units=low["units"], p=f"{one['p']:.4f}",
    )  # fmt: skip


def near_words(card: Mapping[str, Any]) -> str:
    """Photos that are nearly the same, those of them both learned from and measured by, and what was left out."""
    alike = card.get("near_duplicates", {})
    words = tr("{count} pairs of photos are nearly the same.", count=alike.get("pairs", 0))
    if alike.get("across"):
        words += " " + tr("{count} of them stand on both sides of the golden evaluation set.", count=alike["across"])
    if card.get("repeated"):
        words += " " + tr("{count} repeated units were left out.", count=card["repeated"])
    return words


def conflict_words(conflict: Mapping[str, str]) -> str:
    """Two photos whose labels contradict each other."""
    same = "same photo is" in conflict["sentence"] and "nearly" not in conflict["sentence"]
    return tr(CONFLICTS["same" if same else "near"])


def split_words(card: Mapping[str, Any]) -> str:
    """By what whole groups went to one side."""
    return tr(SPLITS.get(str(card.get("split_by")), mark("Split by unit: there are too few lots and serial numbers.")))


def figure_words(name: str, figure: Mapping[str, Any] | None) -> str:
    """A figure with its 95 % interval, and how many of how many."""
    if not figure:
        return "–"
    if name not in SHARES:
        return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"
    value, low, high = (100 * figure[key] for key in ("value", "low", "high"))
    counted = f"  {figure['count']}/{figure['n']}" if figure.get("count") is not None else ""
    shown = f"{value:.1f}".removesuffix(".0")
    return f"{shown} % ({low:.0f}–{high:.0f}){counted}"


def gate_words(gate: Mapping[str, Any]) -> list[tuple[bool | None, str]]:
    """Each point of the gate: whether it passes (None: look at it), and its sentence."""
    found = gate["figures"]
    if "miss" not in found:
        few = tr("The golden evaluation set has {bad} bad and {good} good units; 4 of each are needed.",
                 bad=found.get("bad", 0), good=found.get("good", 0))  # fmt: skip
        return [(False, few), *_labels(found)]
    fits, rows = found["fits"], []
    rows.append((fits["miss"], tr("Misses: ") + _change(found["miss"], found["bad"])))
    rows.append((fits["overkill"], tr("Overkill: ") + _change(found["overkill"], found["good"])))
    units = found["bad"] + found["good"]
    active, new = (100 * (1 - found["unclear"][who] / units) for who in ("active", "new"))
    coverage = tr("Decided without a person: {active} % until now, {new} % with the new one.",
                  active=f"{active:.0f}", new=f"{new:.0f}")  # fmt: skip
    rows.append((fits["coverage"], coverage))
    if found.get("recent"):
        rows.append((fits["recent"], tr("Recent reviewed units: ")
                     + _change(found["recent"]["miss"], found["recent"]["bad"])))  # fmt: skip
    rows += [(False if one["blocks"] else None, _worse(one)) for one in found["groups"]]
    return rows + _labels(found)


def _labels(found: Mapping[str, Any]) -> list[tuple[bool | None, str]]:
    """What the gate says of the labels of the set; an older comparison says nothing."""
    told = found.get("labels")
    if told is None:
        return []
    rows = shares_words(told)
    if told.get("only_by_doubted"):
        rows.append((False, tr("Only golden units whose labels are doubted would let it in.")))
    return rows


SIDES_OF = {"all": mark("the set"), "teach": mark("the units that teach"), "golden": mark("the golden evaluation set")}
DOUBTS = {
    "looks": mark("The label says {verdict}, the photo looks like the {other} ones: look at it again."),
    "twice": mark("The label says {verdict}, another review said {other}: look at it again."),
    "corrected": mark("The label says {verdict}, a later review {other}: freeze the set anew."),
    "drawn": mark("The label says {verdict}; it was drawn at random: look at it again."),
    "agreed": mark("The label says {verdict}; it was drawn at random, and a second look says the same."),
}
LOOKED = {
    "drawn": mark("second look: open"),
    "agreed": mark("second look: right"),
    "corrected": mark("second look: wrong"),
}


def shares_words(labels: Mapping[str, Any]) -> list[tuple[bool | None, str]]:
    """The share of doubted labels of the set and of each side that is refused, a hint where some are doubted; and what
    came of the sample."""
    second = [_second(labels["second"])] if labels.get("second") else []
    if not labels["shares"]:
        return [(None, tr("Too few units with a photo to hold their labels against each other.")), *second]
    rows: list[tuple[bool | None, str]] = []
    for one in labels["shares"]:
        values = {"of": tr(SIDES_OF[one["of"]]), "doubted": one["doubted"], "units": one["units"],
                  "low": f"{100 * one['low']:.0f}", "high": f"{100 * one['high']:.0f}",
                  "margin": f"{100 * one['margin']:.0f}", "p": f"{one['p']:.4f}"}  # fmt: skip
        words = tr("Labels of {of}: {doubted} of {units} are doubted ({low}–{high} %).", **values)
        if one["refused"]:
            words += " " + tr("More than {margin} % (p = {p}): refused until they were reviewed again.", **values)
            rows.append((False, words))
        elif one["of"] == "all":
            rows.append((None if one["doubted"] else True, words))
    return rows + second


def _second(told: Mapping[str, Any]) -> tuple[bool | None, str]:
    """The sample: how many of it are wrong, or open, or that all are right."""
    values = {"units": told["units"], "done": told["units"] - told["open"], "wrong": len(told["wrong"])}
    if told["refused"]:
        return False, tr(
            "{wrong} of {done} labels looked at again were wrong: review all, freeze the set anew.", **values
        )
    if told["open"]:
        return False, tr(
            "{done} of {units} labels drawn at random were looked at again; all of them must be.", **values
        )
    return True, tr("All {units} labels drawn at random were looked at again and are right.", **values)


def doubt_words(one: Mapping[str, Any]) -> str:
    """Why a label is doubted."""
    other = "NG" if one["verdict"] == "OK" else "OK"
    return tr(DOUBTS[one["why"]], verdict=tr(one["verdict"]), other=tr(other))


def _change(change: Mapping[str, Any], units: int) -> str:
    return tr(
        "{active} of {units} until now, {new} with the new one; {better} got better, {worse} worse (p = {p}).",
        active=change["active"], units=units, new=change["new"], better=len(change["better"]),
        worse=len(change["worse"]), p=f"{change['p']:.3f}",
    )  # fmt: skip


def _worse(one: Mapping[str, Any]) -> str:
    values = {
        "by": tr(GROUPS.get(one["by"], one["by"])), "group": group_word(one["by"], one["group"]),
        "units": one["units"], "active": one["active"], "new": one["new"], "p": f"{one['p']:.3f}",
    }  # fmt: skip
    if one["error"] == "miss":
        return tr(
            "Worse for {by} {group}: of {units} bad units {new} are missed, {active} until now (p = {p}).", **values
        )
    return tr(
        "Worse for {by} {group}: of {units} good units {new} are rejected, {active} until now (p = {p}).", **values
    )


def thresholds_words(content: Mapping[str, Any]) -> str:
    """The thresholds that go with a promotion."""
    found = content["thresholds"]
    values = {"low": f"{found['ok_below']:.2f}", "high": f"{found['ng_above']:.2f}"}
    if found["by"] == "golden":
        return tr("Thresholds chosen anew on the golden evaluation set: OK below {low}, NG above {high}.", **values)
    if found["by"] == "site":
        return tr("The thresholds of the station or the part stand: OK below {low}, NG above {high}.", **values)
    return tr("The adapter's own thresholds stand: OK below {low}, NG above {high}.", **values)


def alarm_words(alarm: "Alarm") -> tuple[str, str]:
    """A title and a sentence for an alarm of the monitoring."""
    v = alarm.values
    if alarm.code == "override_high":
        return tr("More corrections than usual: {part}", part=v["part"]), tr(
            "This week {changed} of {reviewed} reviewed verdicts were changed ({rate} %, usually {usual} %).",
            changed=v["changed"], reviewed=v["reviewed"],
            rate=f"{100 * v['rate']:.0f}", usual=f"{100 * v['usual']:.0f}",
        )  # fmt: skip
    title = (
        tr("The photos have changed: {adapter}") if alarm.code == "drift_changed" else tr("A drift begins: {adapter}")
    )
    return title.format(adapter=v["adapter"]), tr(
        "The probabilities of the last 7 days ({units} units) are spread otherwise than at first (PSI {psi}, KS {ks}).",
        units=v["units"], psi=v["psi"], ks=v["ks"],
    )  # fmt: skip


def suggestion_words(found: "Suggestion") -> str:
    """What to do next."""
    values = found.values
    if found.code == "train":
        return tr("Train: {changed} verdicts were corrected since the last set was frozen.", changed=values["changed"])
    if found.code == "collect":
        words = tr("Collect: {changed} corrections and {reviewed} reviews since the last set was frozen.", **{
            name: values[name] for name in ("changed", "reviewed")})  # fmt: skip
        if values["unlike"]:
            words += " " + tr("{unlike} recent photos are unlike all that was learned from.", unlike=values["unlike"])
        return words
    return tr("Nothing to do: no corrections since the last set was frozen.")


def time_words(seconds: float | None) -> str:
    """How long it takes still."""
    if seconds is None:
        return "–"
    return (
        tr("{minutes} min", minutes=round(seconds / 60)) if seconds > 90 else tr("{seconds} s", seconds=round(seconds))
    )
