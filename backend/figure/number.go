package figure

import (
	"math"
	"strconv"
	"strings"
)

func finite(v float64) bool  { return !math.IsNaN(v) && !math.IsInf(v, 0) }
func ceil(v float64) float64 { return math.Ceil(v) }

// hundredths rounds a coordinate to the precision of the drawing, half away
// from zero.
func hundredths(v float64) int64 { return int64(math.Round(v * 100)) }

// appendHundredths writes 1234 as 12.34 and 1200 as 12.
func appendHundredths(b []byte, h int64) []byte {
	if h < 0 {
		b, h = append(b, '-'), -h
	}
	b = strconv.AppendInt(b, h/100, 10)
	if r := h % 100; r != 0 {
		b = append(b, '.', byte('0'+r/10))
		if r%10 != 0 {
			b = append(b, byte('0'+r%10))
		}
	}
	return b
}

// plain writes a number for readers: about three significant digits, no
// trailing zeros, thousands marked from 10,000 up; an en dash where there is
// no number.
func plain(v float64) string {
	if !finite(v) {
		return "–"
	}
	a := math.Abs(v)
	switch {
	case a >= 1e15 || a > 0 && a < 1e-4:
		return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "-", "−", 1)
	case a >= 1000:
		return thousands(decimals(v, 0))
	case a >= 100:
		return decimals(v, 1)
	case a >= 1:
		return decimals(v, 2)
	}
	return decimals(v, 4)
}

// exact writes a number in full for axes and tables, without exponent where it
// can be avoided.
func exact(v float64) string {
	if !finite(v) {
		return ""
	}
	if a := math.Abs(v); a >= 1e15 || a > 0 && a < 1e-6 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// percent writes a share of one with one decimal, for example 37.7%.
func percent(share float64) string {
	if !finite(share) {
		return "–"
	}
	return strconv.FormatFloat(share*100, 'f', 1, 64) + "%"
}

// level writes a confidence level: 0.95 is 95%.
func level(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e4)/100, 'f', -1, 64) + "%"
}

// decimals rounds to n decimals and drops trailing zeros.
func decimals(v float64, n int) string {
	s := strconv.FormatFloat(v, 'f', n, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return strings.Replace(s, "-", "−", 1)
}

// thousands puts commas into the whole part of numbers of five digits or more.
func thousands(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "−") {
		sign, whole = "−", strings.TrimPrefix(whole, "−")
	}
	if len(whole) < 5 || strings.ContainsAny(whole, "eE") {
		return s
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return sign + whole + rest
}

// count writes a whole number for readers.
func count(n int) string { return thousands(strings.Replace(strconv.Itoa(n), "-", "−", 1)) }

// tickLabel writes an axis value for readers.
func tickLabel(v float64) string {
	return thousands(strings.Replace(exact(v), "-", "−", 1))
}

// pValue writes p as journals print it: two decimals from 0.1, three below,
// bounds at the ends. Three decimals keep 0.049 from reading as 0.05.
func pValue(p float64) string {
	switch {
	case p < 0.001:
		return "p < 0.001"
	case p > 0.99:
		return "p > 0.99"
	case p < 0.1:
		return "p = " + strconv.FormatFloat(p, 'f', 3, 64)
	}
	return "p = " + strconv.FormatFloat(p, 'f', 2, 64)
}
