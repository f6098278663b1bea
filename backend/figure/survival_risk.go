package figure

// riskTable sets the numbers at risk under the ticks of the axis, each centred
// on the x of its tick, the names of the groups to the left and their medians
// to the right.
func (l *survivalLayout) riskTable() Mark {
	y := l.bottom + smallSize + between + bodyLine + pad + smallSize
	out := Group{Part: "risk-table", Marks: []Mark{
		Text{X: pad, Y: y, Body: "Number at risk", Size: smallSize, Bold: true, Paint: Ink}}}
	if l.medians {
		out.Marks = append(out.Marks, Group{Part: "medians", Marks: []Mark{
			Text{X: l.right + l.aside, Y: y, Body: l.medianHeading(), Size: smallSize, Bold: true, Paint: Ink}}})
	}
	for i := range l.Groups {
		out.Marks = append(out.Marks, l.riskRow(i, y+float64(riskLine*float64(i+1))))
	}
	return out
}

func (l *survivalLayout) riskRow(i int, y float64) Mark {
	row := Group{Part: "at-risk", Data: l.seriesData(i)}
	for _, j := range l.columns {
		row.Marks = append(row.Marks, Text{
			X: l.x.At(l.RiskTimes[j]), Y: y, Body: count(l.AtRisk[i][j]), Size: smallSize, Anchor: Middle, Paint: Ink})
	}
	name, full := fitAmong(l.names(), i, smallSize, true, l.nameWidth)
	out := Group{Part: "risk-row", Marks: []Mark{
		Line(pad, y-4, pad+swatch, y-4, Stroke{Paint: Series(i)}),
		Text{X: pad + swatch + between/2, Y: y, Body: name, Full: full, Size: smallSize, Bold: true, Paint: Series(i)},
		row,
	}}
	if l.medians {
		out.Marks = append(out.Marks, Group{Part: "medians", Data: l.seriesData(i), Marks: []Mark{
			Text{X: l.right + l.aside, Y: y, Body: l.Groups[i].medianCell(), Size: smallSize, Paint: Ink}}})
	}
	return out
}

// notes say below the figure what its marks are.
func (l *survivalLayout) notes() Mark {
	g := Group{Part: "notes"}
	y := l.height - pad - float64(noteLine*float64(len(l.noteLines)))
	for _, line := range l.noteLines {
		y += noteLine
		g.Marks = append(g.Marks, Text{X: pad, Y: y - 3, Body: line, Size: noteSize, Paint: Muted})
	}
	return g
}
