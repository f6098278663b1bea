package tabular_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/catalog/catalogtest"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

func readCSV(t testing.TB, text string, table *catalog.Table) ([][]string, error) {
	t.Helper()
	r, err := tabular.OpenCSV(strings.NewReader(text), table)
	if err != nil {
		return nil, err
	}
	return readAll(t, r, table)
}

func TestCSVAndParquetHoldTheSame(t *testing.T) {
	set := catalogtest.Read(t, filepath.Join(testdata, "clinical-csv"))
	data, err := os.ReadFile(filepath.Join(testdata, "clinical-csv", "veteran.csv"))
	if err != nil {
		t.Fatal(err)
	}
	table := classics(t).Table("veteran")
	want, err := readParquet(t, contents(t, table), table)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"as it is": string(data),
		"windows":  "\ufeff" + strings.ReplaceAll(string(data), "\n", "\r\n"),
		"no end":   strings.TrimSuffix(string(data), "\n"),
		"blanks":   string(data) + "\n\n",
	} {
		got, err := readCSV(t, text, set.Table("veteran"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows", name, len(got))
		}
		for i := range got {
			if strings.Join(got[i], ",") != strings.Join(want[i], ",") {
				t.Fatalf("%s: row %d differs", name, i+1)
			}
		}
	}
}

// visits has a column of every type.
func visits() *catalog.Table {
	return &catalog.Table{ID: "visits", File: "visits.csv", Fields: []catalog.Field{
		{Column: "n", Type: catalog.Integer},
		{Column: "x", Type: catalog.Number, Nullable: true},
		{Column: "arm", Type: catalog.Category, Nullable: true, Levels: []catalog.Level{{Code: "a", Label: "A"}, {Code: "b, c", Label: "B"}}},
		{Column: "note", Type: catalog.Text, Nullable: true},
		{Column: "day", Type: catalog.Date, Nullable: true},
		{Column: "at", Type: catalog.Timestamp, Nullable: true},
		{Column: "yes", Type: catalog.Boolean, Nullable: true},
	}}
}

const visitsHeader = "n,x,arm,note,day,at,yes\n"

func TestEveryTypeIsParsed(t *testing.T) {
	got, err := readCSV(t, "note,n,x,arm,day,at,yes\n"+
		"\"two\nlines, \"\"quoted\"\"\",1,-1.5e3,\"b, c\",1969-12-31,2026-01-31T12:00:00+01:00,TRUE\n"+
		",-2,,,,,\n"+
		"é,3,.5,a,2026-01-31,2026-01-31 11:00:00.5,0", visits())
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"1", "-1500", "b, c", "two\nlines, \"quoted\"", "-1", "1769857200000000", "1"},
		{"-2", "", "", "", "", "", ""},
		{"3", "0.5", "a", "é", "20484", "1769857200500000", "0"},
	}
	for i := range want {
		if strings.Join(got[i], "|") != strings.Join(want[i], "|") {
			t.Errorf("row %d: got %q, want %q", i+1, got[i], want[i])
		}
	}
}

func TestABlankLineIsAMissingValueOfANarrowTable(t *testing.T) {
	table := &catalog.Table{ID: "one", File: "one.csv", Fields: []catalog.Field{{Column: "x", Type: catalog.Number, Nullable: true}}}
	got, err := readCSV(t, "x\n1\n\n3\n", table)
	if err != nil || len(got) != 3 || got[1][0] != "" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBadCSVNamesFileLineAndRemedyButNoValue(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":              {"", "visits.csv: The file has no header."},
		"ragged short":       {visitsHeader + "1,2\n", "visits.csv, line 2: This line has 2 values where the header has 7."},
		"ragged long":        {visitsHeader + "1,,,,,,\n1,,,,,,,\n", "visits.csv, line 3: This line has 8 values"},
		"not UTF-8":          {visitsHeader + "1,,,\xff,,,\n", "visits.csv, line 2: Value 4 of this line is not valid UTF-8."},
		"UTF-16":             {"\xff\xfen\x00", "The file is UTF-16"},
		"parquet":            {"PAR1....", "The file is not a text file."},
		"open quote":         {visitsHeader + "1,,,\"secret\n2,,,,,,\n", "visits.csv, line 2: Value 4 begins with a quote that is never closed."},
		"stray quote":        {visitsHeader + "1,,,se\"cret,,,\n", "visits.csv, line 2: There is a quote in the middle of value 4"},
		"text after a quote": {visitsHeader + "1,,,\"sec\"ret,,,\n", "after the closing quote of value 4"},
		"duplicate header":   {"n,x,n\n", "visits.csv, line 1: Columns 1 and 3 have the same name."},
		"nameless header":    {"n,,x\n", "line 1: Column 2 has no name."},
		"no header":          {"secret,1.5,2020-01-01,true,t,u,v\n", "visits.csv, line 1: The first line names no column of table visits."},
		"other columns":      {"n,x,arm,note,day,at,no\n", "At column yes: the file has no such column. At column “no”: the descriptor has no such column."},
		"wrong types": {visitsHeader + "1,,,,,,\nsecret,1_0,,,31.1.2026,noon,secret\nsecret,0x1p3,,,,,\n",
			"At column n: 2 values are not a whole number, first in line 3. At column x: 2 values are not a decimal number, first in line 3. " +
				"At column day: 1 value is not a date written as 2026-01-31, first in line 3. At column at: 1 value is not a time written as 2026-01-31T12:00:00Z, first in line 3. " +
				"At column yes: 1 value is not true or false, first in line 3."},
		"outside levels": {visitsHeader + "1,,a,,,,\n1,,secret,,,,\n", "At column arm: 1 value is outside the value set of 2, first in line 3."},
		"missing":        {visitsHeader + "1,,,,,,\n,,,,,,\n", "At column n: 1 value is missing where none may be, first in line 3."},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readCSV(t, c.text, visits())
			p := asProblem(t, err)
			if got := p.Error(); !contains(got, c.says) || contains(got, "secret") {
				t.Errorf("got  %s\nwant %s", got, c.says)
			}
		})
	}
}

func TestRecordsSniffTheDelimiter(t *testing.T) {
	for name, text := range map[string]string{
		"comma":     "age,\"weight; kg\",sex\r\n71,80.5,f\r\n",
		"semicolon": "age;\"weight, kg\";sex\n71;80,5;f\n",
		"tab":       "age\tweight\tsex\n71\t80\tf",
		"one":       "age\n71\n",
	} {
		r, err := tabular.NewRecords(strings.NewReader(text), "rows.csv")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		record, line, err := r.Next()
		if err != nil || line != 2 || record[0] != "71" || r.Header()[0] != "age" || len(record) != len(r.Header()) {
			t.Errorf("%s: %v, line %d, %v", name, record, line, err)
		}
		if _, _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{visitsHeader + "1,2,a,n,2026-01-31,2026-01-31T12:00:00Z,1\n", "a;b\n\"1\n\";2", "\ufeffx\n\n\n", "x\r\"", "\"\"\"\"\n", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := readCSV(t, text, visits()); err != nil && !isProblem(err) {
			t.Fatalf("not a problem: %v", err)
		}
		r, err := tabular.NewRecords(strings.NewReader(text), "rows.csv")
		for last := 0; err == nil; {
			var record []string
			var line int
			if record, line, err = r.Next(); err == nil && (len(record) != len(r.Header()) || line <= last) {
				t.Fatalf("%d values on line %d after line %d", len(record), line, last)
			}
			last = line
		}
		if !errors.Is(err, io.EOF) && !isProblem(err) {
			t.Fatalf("not a problem: %v", err)
		}
	})
}

func isProblem(err error) bool {
	var p *problem.Problem
	return errors.As(err, &p)
}
