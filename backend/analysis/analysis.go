// Package analysis answers a question about a cohort: how long until (Kaplan-
// Meier with the log-rank test) and who are they (Table 1). A question is JSON,
// {kind, cohort, parameters}; its Result holds numbers with their n and
// intervals, a figure scene where there is one, a methods sentence, and a
// receipt that says exactly what was computed from what.
//
// It refuses a question that its data cannot answer (several rows for one
// participant in a survival analysis, more groups than a figure can tell apart)
// rather than answering a different one, and it counts every participant it
// leaves out.
package analysis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"vitrine/backend/catalog"
	"vitrine/backend/cohort"
	"vitrine/backend/figure"
	"vitrine/backend/jsondoc"
)

// FormatVersion is the analysis format this program reads.
const FormatVersion = 1

// Kind names a question.
type Kind string

const (
	KaplanMeier Kind = "kaplan_meier"
	Table1      Kind = "table1"
)

// Analysis is a question about a cohort.
type Analysis struct {
	Kind   Kind
	Cohort *cohort.Definition
	By     catalog.FieldID // compare these groups; "" for none

	// Kaplan-Meier: time to the rows that meet Event.
	Time      catalog.FieldID
	Event     cohort.Predicate
	ConfLevel float64

	// Table 1: what to describe.
	Fields []catalog.FieldID
}

// Result is an answer. Exactly one of Survival and Table1 is there.
type Result struct {
	Kind     Kind          `json:"kind" enum:"kaplan_meier,table1"`
	Cohort   CohortSummary `json:"cohort"`
	Survival *Survival     `json:"survival,omitempty"`
	Table1   *Baseline     `json:"table1,omitempty"`
	Methods  string        `json:"methods" doc:"A sentence for the methods section"`
	Receipt  Receipt       `json:"receipt"`

	Scene *figure.Scene `json:"-"`
}

// CohortSummary says which cohort was analysed.
type CohortSummary struct {
	Name         string `json:"name"`
	Hash         string `json:"hash"`
	Dataset      string `json:"dataset"`
	Version      string `json:"version"`
	Participants int    `json:"participants"`
}

// Receipt pins a result to what it was computed from.
type Receipt struct {
	Dataset        string `json:"dataset"`
	Version        string `json:"version"`
	Fingerprint    string `json:"fingerprint" doc:"Schema fingerprint of the dataset"`
	DefinitionHash string `json:"definition_hash"`
	AnalysisHash   string `json:"analysis_hash"`
	Program        string `json:"program"`
}

const (
	maxFields      = 200
	defaultLevel   = 0.95
	lowestLevel    = 0.5
	highestLevel   = 0.999
	documentName   = "analysis"
	cohortLocation = "/cohort"
)

// Parse reads a question. Findings carry their JSON pointers, those of the
// cohort below /cohort.
func Parse(data []byte) (*Analysis, error) {
	node, err := jsondoc.Parse(data, documentName)
	if err != nil {
		return nil, err
	}
	a := read(node)
	if err := node.Err(); err != nil {
		return nil, err
	}
	return a, nil
}

func read(node jsondoc.Node) *Analysis {
	o, ok := node.Object("version", "kind", "name", "cohort", "by", "time", "event", "conf_level", "fields")
	if !ok {
		return nil
	}
	if n, ok := o.Need("version"); ok && n.Number() != FormatVersion {
		n.Fail("this program reads version %d of the analysis", FormatVersion)
	}
	a := &Analysis{ConfLevel: defaultLevel, By: optionalField(o.Get("by"))}
	if n, ok := o.Need("cohort"); ok {
		a.Cohort = cohort.Read(n)
	}
	if n, ok := o.Need("kind"); ok {
		a.Kind = Kind(n.Text())
		switch a.Kind {
		case KaplanMeier:
			readSurvival(o, a)
		case Table1:
			readTable1(o, a)
		default:
			n.Fail("the kind is %s or %s", KaplanMeier, Table1)
		}
	}
	return a
}

func readSurvival(o jsondoc.Object, a *Analysis) {
	refuse(o, a.Kind, "fields")
	if n, ok := o.Need("time"); ok {
		a.Time = catalog.FieldID(n.Text())
	}
	if n, ok := o.Need("event"); ok {
		a.Event = cohort.ReadPredicate(n)
	}
	if n := o.Get("conf_level"); n.Exists() {
		a.ConfLevel = n.Number()
		if a.ConfLevel < lowestLevel || a.ConfLevel > highestLevel {
			n.Fail("the confidence level lies between %g and %g", lowestLevel, highestLevel)
		}
	}
}

func readTable1(o jsondoc.Object, a *Analysis) {
	refuse(o, a.Kind, "time", "event", "conf_level")
	n, ok := o.Need("fields")
	if !ok {
		return
	}
	for _, f := range n.Array(maxFields) {
		a.Fields = append(a.Fields, catalog.FieldID(f.Text()))
	}
}

// refuse reports keys that belong to another kind of analysis.
func refuse(o jsondoc.Object, kind Kind, keys ...string) {
	for _, key := range keys {
		if n := o.Get(key); n.Exists() {
			n.Fail("“%s” does not belong to an analysis of kind %s", key, kind)
		}
	}
}

func optionalField(n jsondoc.Node) catalog.FieldID {
	if !n.Exists() || n.IsNull() {
		return ""
	}
	return catalog.FieldID(n.Text())
}

// Hash identifies the question, the cohort's meaning included.
func (a *Analysis) Hash() string {
	form := map[string]any{
		"version": FormatVersion, "kind": a.Kind, "cohort": a.Cohort.Hash(), "by": a.By,
	}
	switch a.Kind {
	case KaplanMeier:
		form["time"], form["event"], form["conf_level"] = a.Time, a.Event.Canonical(), a.ConfLevel
	case Table1:
		form["fields"] = a.Fields
	}
	data, err := json.Marshal(form) // map keys are written sorted
	if err != nil {
		panic(fmt.Sprintf("analysis: hash: %v", err)) // impossible: plain data
	}
	sum := sha256.Sum256(data)
	return "sha256-" + hex.EncodeToString(sum[:])
}
