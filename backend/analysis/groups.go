package analysis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
	"vitrine/backend/problem"
)

// maxGroups is how many groups a figure's colours and dashes can tell apart.
const maxGroups = 8

// group is one value of the comparison field.
type group struct {
	Code  string
	Label string
}

// grouping maps rows to groups. Without a comparison field there is one group.
type grouping struct {
	label  string // what the groups are of: "Treatment"
	groups []group
	of     []int // per row of the table: group index, -1 where missing
}

// whole is the grouping that does not divide.
func whole(rows int) *grouping {
	return &grouping{groups: []group{{Label: "All participants"}}, of: make([]int, rows)}
}

// groupBy divides a table's rows by a field. Groups follow the field's value
// set; without one, the values that occur in ascending order. Only groups with a
// row are kept.
func groupBy(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, id catalog.FieldID, rows colstore.Bitmap) (*grouping, error) {
	if id == "" {
		return whole(table.Rows()), nil
	}
	field, column, err := describable(ctx, ds, table, id, "/by")
	if err != nil {
		return nil, err
	}
	keys := distinctKeys(column, rows)
	if len(keys) > maxGroups {
		return nil, problem.New(problem.Invalid, "too-many-groups",
			fmt.Sprintf("“%s” divides this cohort into more than %d groups, too many to compare.", id, maxGroups)).
			At("/by").Try("Compare by a field with fewer values, or leave some out with a rule.")
	}
	g := &grouping{label: field.Label, of: make([]int, table.Rows())}
	position := map[float64]int{}
	for _, k := range inLevelOrder(field, column, keys) {
		position[k.key] = len(g.groups)
		g.groups = append(g.groups, k.group)
	}
	for i := range g.of {
		g.of[i] = -1
	}
	rows.Each(func(i int) {
		if !column.Missing(i) {
			g.of[i] = position[rowKey(column, i)]
		}
	})
	return g, nil
}

// rowKey is a row's value as a number that equal values share: the number
// itself, or a text's place in the column's dictionary.
func rowKey(c *colstore.Column, i int) float64 {
	if codes := c.Codes(); codes != nil {
		return float64(codes[i])
	}
	return c.Numbers()[i]
}

// distinctKeys collects the values that occur, stopping beyond maxGroups.
func distinctKeys(c *colstore.Column, rows colstore.Bitmap) []float64 {
	seen := map[float64]bool{}
	rows.Each(func(i int) {
		if len(seen) <= maxGroups && !c.Missing(i) {
			seen[rowKey(c, i)] = true
		}
	})
	return slices.Sorted(maps.Keys(seen))
}

type keyed struct {
	key   float64
	place int
	group group
}

func inLevelOrder(f *catalog.Field, c *colstore.Column, keys []float64) []keyed {
	list := make([]keyed, len(keys))
	for i, k := range keys {
		list[i] = keyed{key: k, place: len(f.Levels) + i, group: groupOf(f, c, k)}
		if l := f.Level(list[i].group.Code); l >= 0 {
			list[i].place, list[i].group.Label = l, f.Levels[l].Label
		}
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return a.place - b.place })
	return list
}

// groupOf writes a value as people know it: a day as a date, true as Yes.
func groupOf(f *catalog.Field, c *colstore.Column, key float64) group {
	code := catalog.FormatNumber(key)
	switch {
	case c.Codes() != nil:
		code = c.Dictionary()[int(key)]
	case f.Type == catalog.Boolean:
		return answers[int(key)]
	case f.Type == catalog.Date:
		code = time.Unix(int64(key)*86400, 0).UTC().Format(time.DateOnly)
	case f.Type == catalog.Timestamp:
		code = time.UnixMicro(int64(key)).UTC().Format(time.RFC3339Nano)
	}
	return group{code, code}
}

// answers are the groups of a boolean field.
var answers = []group{{"0", "No"}, {"1", "Yes"}}

// describable is fieldOf for fields whose values are shown. Who a participant is
// describes nobody, and would name each one of a small cohort; a free text may say
// who somebody is.
func describable(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, id catalog.FieldID, pointer string) (*catalog.Field, *colstore.Column, error) {
	field, column, err := fieldOf(ctx, ds, table, id, pointer)
	if err == nil && field.Column == ds.Table(table.ID()).Participant {
		return nil, nil, problem.New(problem.Invalid, "field-identifies",
			fmt.Sprintf("“%s” says who a participant is, so it can neither be described nor divide a cohort.", id)).
			At(pointer).Try("Choose another field.")
	}
	if err == nil && field.Type == catalog.Text {
		return nil, nil, problem.New(problem.Invalid, "field-not-tabulated",
			fmt.Sprintf("“%s” is free text, which may say who somebody is and is never listed.", id)).
			At(pointer).Try("Leave it out, or describe a field on a scale or with a value set.")
	}
	return field, column, err
}

// fieldOf finds a field of the analysed table and reads its column.
func fieldOf(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, id catalog.FieldID, pointer string) (*catalog.Field, *colstore.Column, error) {
	home, field, ok := ds.Lookup(id)
	if !ok {
		return nil, nil, problem.New(problem.Invalid, "field-unknown",
			fmt.Sprintf("There is no field “%s” in dataset %s.%s", id, ds.ID, ds.Suggest(id))).
			At(pointer).Try("The data dictionary lists every field.")
	}
	if home.ID != table.ID() {
		return nil, nil, problem.New(problem.Invalid, "field-elsewhere",
			fmt.Sprintf("“%s” is in table %s, but the cohort is based on table %s.", id, home.ID, table.ID())).
			At(pointer).Try("Choose a field of the cohort's table.")
	}
	column, err := table.Column(ctx, field.Column)
	if err != nil {
		return nil, nil, err
	}
	return field, column, nil
}
