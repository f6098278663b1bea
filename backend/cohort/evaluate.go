package cohort

import (
	"context"
	"sync"

	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
)

// Kind says what a step of the attrition does.
type Kind string

const (
	BaseStep    Kind = "base"
	IncludeStep Kind = "include"
	ExcludeStep Kind = "exclude"
)

// baseID is the id of the base's step; no rule may have it.
const baseID = "base"

// Step is one line of the attrition: how many participants came in and how many
// were left. Without is the size the whole cohort would have if this rule were
// off, with every other rule as it stands.
type Step struct {
	ID       string `json:"id"`
	Kind     Kind   `json:"kind" enum:"base,include,exclude"`
	Label    string `json:"label" doc:"The rule's label, or its sentence where it has none"`
	Sentence string `json:"sentence" doc:"What the rule says, in words"`
	Enabled  bool   `json:"enabled"`
	Before   int    `json:"before" doc:"Participants before this step"`
	After    int    `json:"after" doc:"Participants after this step"`
	Removed  int    `json:"removed" doc:"Participants this step took away"`
	Without  int    `json:"without" doc:"Participants in the final cohort if this rule were off"`
}

// Result is an evaluated cohort. Members and Rows are shared with the cache and
// must not be changed.
type Result struct {
	Hash         string
	Table        catalog.TableID
	Population   catalog.Population
	Participants int
	Members      colstore.Bitmap // of participants, dense within the population
	Rows         colstore.Bitmap // base rows of the members
	RowCount     int
	Attrition    []Step
}

// Evaluator evaluates definitions over one opened dataset. It keeps the bitmap of
// each rule it has seen, so that a definition that differs in one rule rescans
// that one. Safe for concurrent use.
type Evaluator struct {
	store *colstore.Store

	mu    sync.Mutex
	cache map[string]colstore.Bitmap // immutable once stored
	order []string                   // oldest first
}

// maxCached bounds the cache: a bitmap of a million participants is 125 kB.
const maxCached = 512

// NewEvaluator works on an opened dataset.
func NewEvaluator(store *colstore.Store) *Evaluator {
	return &Evaluator{store: store, cache: map[string]colstore.Bitmap{}}
}

// Evaluate binds the definition to the dataset and finds its participants.
func (e *Evaluator) Evaluate(ctx context.Context, d *Definition) (*Result, error) {
	ds := e.store.Dataset()
	if err := d.Bind(ds); err != nil {
		return nil, err
	}
	table, err := e.store.Table(d.Base.Table)
	if err != nil {
		return nil, err
	}
	baseRows, err := e.baseRows(ctx, table, d)
	if err != nil {
		return nil, err
	}
	steps, err := e.steps(ctx, table, d, baseRows)
	if err != nil {
		return nil, err
	}
	return e.assemble(d, table, baseRows, steps), nil
}

// step is one stage before counting: who passes it.
type step struct {
	Step
	pass colstore.Bitmap
}

func (e *Evaluator) baseRows(ctx context.Context, table *colstore.Table, d *Definition) (colstore.Bitmap, error) {
	if len(d.Base.All) == 0 {
		return colstore.FullBitmap(table.Rows()), nil
	}
	return scanAll(ctx, e.store.Dataset(), table, d.Base.All)
}

func (e *Evaluator) steps(ctx context.Context, table *colstore.Table, d *Definition, baseRows colstore.Bitmap) ([]step, error) {
	base := step{Step: baseStep(e.store.Dataset(), d), pass: participants(table, baseRows)}
	steps := []step{base}
	for _, group := range []struct {
		kind  Kind
		rules []Rule
	}{{IncludeStep, d.Include}, {ExcludeStep, d.Exclude}} {
		for i := range group.rules {
			s, err := e.ruleStep(ctx, table, d, group.kind, &group.rules[i], baseRows)
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		}
	}
	return steps, nil
}

func baseStep(ds *catalog.Dataset, d *Definition) Step {
	table := ds.Table(d.Base.Table)
	s := Step{ID: baseID, Kind: BaseStep, Enabled: true, Label: table.Title, Sentence: "Has a record in " + table.Title}
	if len(d.Base.All) > 0 {
		s.Sentence += " where " + phrase(ds, &Predicate{All: d.Base.All}, false)
	}
	return s
}

func (e *Evaluator) ruleStep(ctx context.Context, table *colstore.Table, d *Definition, kind Kind, r *Rule, baseRows colstore.Bitmap) (step, error) {
	s := step{Step: Step{ID: r.ID, Kind: kind, Label: r.Label, Enabled: !r.Disabled,
		Sentence: Sentence(e.store.Dataset(), &r.Where)}}
	if s.Label == "" {
		s.Label = s.Sentence
	}
	if r.Disabled {
		return s, nil
	}
	met, err := e.met(ctx, table, d, r, baseRows)
	if err != nil {
		return step{}, err
	}
	if kind == IncludeStep {
		s.pass = met
		return s, nil
	}
	_, population := table.Participants()
	s.pass = colstore.FullBitmap(population)
	s.pass.AndNot(met)
	return s, nil
}

// met gives the participants with a base row that meets the rule.
func (e *Evaluator) met(ctx context.Context, table *colstore.Table, d *Definition, r *Rule, baseRows colstore.Bitmap) (colstore.Bitmap, error) {
	key := hashJSON([]any{d.Base.Table, canonicalAll(d.Base.All), r.Where.canonical()})
	if cached, ok := e.cached(key); ok {
		return cached, nil
	}
	rows, err := scan(ctx, e.store.Dataset(), table, &r.Where)
	if err != nil {
		return nil, err
	}
	rows.And(baseRows)
	met := participants(table, rows)
	e.keep(key, met)
	return met, nil
}

func (e *Evaluator) cached(key string) (colstore.Bitmap, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, ok := e.cache[key]
	return b, ok
}

func (e *Evaluator) keep(key string, b colstore.Bitmap) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.cache[key]; ok {
		return
	}
	if len(e.order) == maxCached {
		delete(e.cache, e.order[0])
		e.order = e.order[1:]
	}
	e.cache[key] = b
	e.order = append(e.order, key)
}

// participants gives the owners of a set of rows.
func participants(table *colstore.Table, rows colstore.Bitmap) colstore.Bitmap {
	ids, population := table.Participants()
	owners := colstore.NewBitmap(population)
	rows.Each(func(i int) { owners.Set(int(ids[i])) })
	return owners
}

// ownedRows gives the rows among base whose participant is a member.
func ownedRows(table *colstore.Table, base, members colstore.Bitmap) colstore.Bitmap {
	ids, _ := table.Participants()
	rows := colstore.NewBitmap(table.Rows())
	base.Each(func(i int) {
		if members.Get(int(ids[i])) {
			rows.Set(i)
		}
	})
	return rows
}

func (e *Evaluator) assemble(d *Definition, table *colstore.Table, baseRows colstore.Bitmap, steps []step) *Result {
	_, population := table.Participants()
	// after[i] is the set that enters step i; from the other side, rest[i] is
	// what all steps from i on let pass. Leaving one rule out is their meeting.
	rest := make([]colstore.Bitmap, len(steps)+1)
	rest[len(steps)] = colstore.FullBitmap(population)
	for i := len(steps) - 1; i >= 0; i-- {
		rest[i] = rest[i+1].Clone()
		if steps[i].pass != nil {
			rest[i].And(steps[i].pass)
		}
	}
	current := colstore.FullBitmap(population)
	attrition := make([]Step, len(steps))
	for i, s := range steps {
		without := current.Clone()
		without.And(rest[i+1])
		s.Before, s.Without = current.Count(), without.Count()
		if s.pass != nil {
			current.And(s.pass)
		}
		s.After = current.Count()
		s.Removed = s.Before - s.After
		attrition[i] = s.Step
	}
	rows := ownedRows(table, baseRows, current)
	return &Result{
		Hash: d.Hash(), Table: d.Base.Table, Population: e.population(d.Base.Table),
		Participants: current.Count(), Members: current,
		Rows: rows, RowCount: rows.Count(), Attrition: attrition,
	}
}

func (e *Evaluator) population(id catalog.TableID) catalog.Population {
	ds := e.store.Dataset()
	table := ds.Table(id)
	for _, p := range ds.Populations {
		if p.ID == table.Population {
			return p
		}
	}
	return catalog.Population{}
}
