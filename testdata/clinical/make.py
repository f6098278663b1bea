#!/usr/bin/env python3
"""Derives testdata/clinical and testdata/clinical-csv from the exported R tables.

    python3 make.py SOURCE

SOURCE holds data/<table>.csv, data/<table>.schema.json (written from R's survival
package) and parquet/<table>.parquet. Parquet files are copied byte for byte; the
descriptors are the schema files in the words a reader wants. Standard library only.
"""

import csv
import hashlib
import json
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "2026.11"

POPULATIONS = {
    "pbc": "Participants of the Mayo Clinic primary biliary cholangitis study",
    "lung": "Participants of the NCCTG advanced lung cancer study",
    "colon": "Participants of the adjuvant chemotherapy trial for colon cancer",
    "veteran": "Participants of the Veterans' Administration lung cancer trial",
}

# table: (title, description, grain, population, participant column, ordering column)
TABLES = {
    "pbc": (
        "Primary biliary cholangitis",
        "Mayo Clinic study of primary biliary cholangitis, 1974 to 1984: 312 participants of the "
        "randomised trial of D-penicillamine and 106 who were followed without randomisation.",
        "One row per participant at registration", "pbc", "id", None),
    "pbcseq": (
        "Primary biliary cholangitis, visits",
        "Laboratory values of the 312 randomised participants of the same study, at every visit.",
        "One row per participant and visit", "pbc", "id", "day"),
    "lung": (
        "Advanced lung cancer",
        "Survival of participants with advanced lung cancer, North Central Cancer Treatment Group.",
        "One row per participant", "lung", None, None),
    "colon": (
        "Colon cancer",
        "Adjuvant chemotherapy after surgery for stage B/C colon cancer: levamisole, levamisole "
        "with fluorouracil, or observation.",
        "Two rows per participant: one for recurrence, one for death", "colon", "id", None),
    "veteran": (
        "Veterans' lung cancer",
        "Randomised trial of two treatments for lung cancer, Veterans' Administration.",
        "One row per participant", "veteran", None, None),
}

YES_NO = {"0": "No", "1": "Yes"}
STATUS = {"0": "Censored", "1": "Transplant", "2": "Dead"}
OEDEMA = {"0": "None", "0.5": "Untreated, or treated successfully", "1": "Despite diuretics"}
STAGE = {"1": "Stage 1", "2": "Stage 2", "3": "Stage 3", "4": "Stage 4"}
SEX = {"m": "Male", "f": "Female"}
LABORATORY = {
    "ascites": ("Ascites", None, YES_NO),
    "hepato": ("Hepatomegaly", None, YES_NO),
    "spiders": ("Spider angiomas", None, YES_NO),
    "edema": ("Oedema", None, OEDEMA),
    "bili": ("Serum bilirubin", "mg/dL"),
    "chol": ("Serum cholesterol", "mg/dL"),
    "albumin": ("Serum albumin", "g/dL"),
    "copper": ("Urine copper", "µg/day"),
    "alk.phos": ("Alkaline phosphatase", "U/L"),
    "ast": ("Aspartate aminotransferase", "U/mL"),
    "trig": ("Triglycerides", "mg/dL"),
    "platelet": ("Platelet count", "10³/µL"),
    "protime": ("Prothrombin time", "s"),
    "stage": ("Histologic stage", None, STAGE),
}

# column: (label, unit, levels, description); what is left out is empty. The order of
# levels is the order of the reader's tables; the first is the reference.
FIELDS = {
    "pbc": {
        "id": ("Participant",),
        "time": ("Follow-up time", "days", None, "Registration to death, transplant or end of study"),
        "status": ("Status at end of follow-up", None, STATUS),
        "trt": ("Treatment", None, {"1": "D-penicillamine", "2": "Placebo"},
                "Missing for the 106 participants who were not randomised"),
        "age": ("Age at registration", "years"),
        "sex": ("Sex", None, SEX),
        **LABORATORY,
    },
    "pbcseq": {
        "id": ("Participant",),
        "futime": ("Follow-up time", "days", None, "Registration to death, transplant or end of study"),
        "status": ("Status at end of follow-up", None, STATUS),
        "trt": ("Treatment", None, {"0": "Placebo", "1": "D-penicillamine"},
                "Coded differently from the registration table"),
        "age": ("Age at registration", "years"),
        "sex": ("Sex", None, SEX),
        "day": ("Day of visit", "days", None, "Days from enrolment to this visit"),
        **LABORATORY,
    },
    "lung": {
        "inst": ("Institution", None, "distinct", "Code of the enrolling institution"),
        "time": ("Survival time", "days"),
        "status": ("Vital status", None, {"1": "Censored", "2": "Dead"}),
        "age": ("Age", "years"),
        "sex": ("Sex", None, {"1": "Male", "2": "Female"}),
        "ph.ecog": ("ECOG performance score", None, {
            "0": "0: asymptomatic", "1": "1: symptomatic but ambulatory", "2": "2: in bed less than half the day",
            "3": "3: in bed more than half the day", "4": "4: bedbound"}, "As rated by the physician"),
        "ph.karno": ("Karnofsky score by physician", "points", None, "0 is bad, 100 is good"),
        "pat.karno": ("Karnofsky score by participant", "points", None, "0 is bad, 100 is good"),
        "meal.cal": ("Calories at meals", "kcal"),
        "wt.loss": ("Weight loss in last six months", "lb", None, "Negative is a gain"),
    },
    "colon": {
        "id": ("Participant",),
        "study": ("Study", None, {"1": "Study 1"}, "The same for every row"),
        "rx": ("Treatment", None, {"Obs": "Observation", "Lev": "Levamisole", "Lev+5FU": "Levamisole and fluorouracil"}),
        "sex": ("Sex", None, {"0": "Female", "1": "Male"}),
        "age": ("Age", "years"),
        "obstruct": ("Obstruction of colon by tumour", None, YES_NO),
        "perfor": ("Perforation of colon", None, YES_NO),
        "adhere": ("Adherence to nearby organs", None, YES_NO),
        "nodes": ("Lymph nodes with detectable cancer", "nodes"),
        "status": ("Event", None, {"0": "Censored", "1": "Event"}, "Of the type that the row is about"),
        "differ": ("Differentiation of tumour", None, {"1": "Well", "2": "Moderate", "3": "Poor"}),
        "extent": ("Extent of local spread", None, {
            "1": "Submucosa", "2": "Muscle", "3": "Serosa", "4": "Contiguous structures"}),
        "surg": ("Time from surgery to registration", None, {"0": "Short", "1": "Long"}),
        "node4": ("More than 4 positive nodes", None, YES_NO),
        "time": ("Time to event or censoring", "days"),
        "etype": ("Event type", None, {"1": "Recurrence", "2": "Death"}),
    },
    "veteran": {
        "trt": ("Treatment", None, {"1": "Standard", "2": "Test"}),
        "celltype": ("Cell type", None, {
            "squamous": "Squamous", "smallcell": "Small cell", "adeno": "Adenocarcinoma", "large": "Large cell"}),
        "time": ("Survival time", "days"),
        "status": ("Vital status", None, {"0": "Censored", "1": "Dead"}),
        "karno": ("Karnofsky score", "points", None, "0 is bad, 100 is good"),
        "diagtime": ("Time from diagnosis to randomisation", "months"),
        "age": ("Age", "years"),
        "prior": ("Prior therapy", None, {"0": "No", "10": "Yes"}),
    },
}

TYPES = {"int": "integer", "float": "number", "category": "category", "string": "text", "date": "date"}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    for name in TABLES:
        shutil.copyfile(source / "parquet" / f"{name}.parquet", HERE / f"{name}.parquet")
    write(HERE, dataset(source, HERE, ".parquet", TABLES, "clinical-classics", "Clinical classics",
                        "Five public clinical tables from the R package survival: primary biliary cholangitis, "
                        "lung cancer and colon cancer."))
    beside = HERE.parent / "clinical-csv"
    beside.mkdir(exist_ok=True)
    shutil.copyfile(source / "data" / "veteran.csv", beside / "veteran.csv")
    write(beside, dataset(source, beside, ".csv", ["veteran"], "veteran-csv", "Veterans' lung cancer (CSV)",
                          "The veteran table of Clinical classics as a CSV file."))


def write(folder, descriptor):
    text = json.dumps(descriptor, indent=2, ensure_ascii=False)
    (folder / "dataset.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def dataset(source, folder, suffix, names, identifier, title, description):
    used = {TABLES[n][3] for n in names}
    return {
        "format": 1, "id": identifier, "version": VERSION, "title": title, "description": description,
        "demonstration": True,
        "populations": [{"id": k, "title": v} for k, v in POPULATIONS.items() if k in used],
        "tables": [table(source, folder, suffix, n) for n in names],
    }


def table(source, folder, suffix, name):
    title, description, grain, population, participant, order = TABLES[name]
    schema = json.loads((source / "data" / f"{name}.schema.json").read_text(encoding="utf-8"))
    with open(source / "data" / f"{name}.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    data = (folder / (name + suffix)).read_bytes()
    assert [c["name"] for c in schema["columns"]] == list(rows[0]) and len(rows) == schema["rows"]
    out = {"id": name, "title": title, "description": description, "population": population}
    if participant:
        out["participant"] = participant
    if order:
        out["order"] = order
    return out | {
        "grain": grain, "file": name + suffix, "rows": len(rows), "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "source": f"{schema['source']} {schema['package_version']}, {name}: {schema['title']}",
        "licence": schema["licence"],
        "fields": [field(name, c, rows) for c in schema["columns"]],
    }


def field(name, column, rows):
    label, unit, levels, description = (FIELDS[name][column["name"]] + (None,) * 4)[:4]
    values = {r[column["name"]] for r in rows} - {""}
    if levels == "distinct":
        levels = {v: f"{label} {v}" for v in sorted(values, key=int)}
    if column["type"] == "category":
        assert list(levels) == column["levels"], (name, column["name"])
    if levels:
        assert values <= set(levels), (name, column["name"])
    assert set(column.get("codes", {})) <= set(levels or {}), (name, column["name"])
    assert (unit is None) == (column["unit"] is None) or unit == "points", (name, column["name"])
    out = {"column": column["name"], "label": label}
    if description:
        out["description"] = description
    out["type"] = TYPES[column["type"]]
    if unit:
        out["unit"] = unit
    out["nullable"] = column["nullable"]
    if levels:
        out["levels"] = [{"code": k, "label": v} for k, v in levels.items()]
    return out


main()
