package figure

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// DataTable is the figure as a table: for a screen reader, and to copy. Every
// row has a cell for every column; a cell without a value is empty.
type DataTable struct {
	Caption string     `json:"caption" doc:"What the table holds, with units and numbers of participants"`
	Columns []string   `json:"columns" doc:"Column headings, units included"`
	Rows    [][]string `json:"rows" doc:"Cells, row by row"`
}

// CSV writes the columns and rows as UTF-8 with a comma and CRLF (RFC 4180). A
// cell that a spreadsheet would run as a formula gets an apostrophe in front.
func (t DataTable) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = inert(cell)
		}
		if err := out.Write(safe); err != nil {
			return fmt.Errorf("write figure table: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write figure table: %w", err)
	}
	return nil
}

// inert keeps a spreadsheet from reading text as a formula; numbers stay.
func inert(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}
