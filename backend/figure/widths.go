package figure

import (
	"strings"
	"unicode"
)

// Advance widths in thousandths of the type size for the printable ASCII
// characters from space on. Each is the wider of Inter (SIL Open Font License;
// weights 400 and 600) and the Helvetica metrics that Helvetica Neue, Arial,
// Liberation Sans and Nimbus Sans share, so a layout that fits here fits
// whichever of them the reader has.
var (
	regularWidths = [95]uint16{
		282, 288, 466, 634, 642, 982, 667, 300, 365, 365, 501, 662, 289, 460, 289, 361, //  !"#$%&'()*+,-./
		631, 556, 610, 618, 646, 594, 621, 566, 619, 621, 289, 302, 662, 662, 662, 556, // 0123456789:;<=>?
		1015, 690, 667, 731, 722, 667, 611, 778, 744, 278, 571, 672, 566, 904, 754, 778, // @ABCDEFGHIJKLMNO
		667, 778, 722, 667, 646, 745, 690, 986, 683, 679, 629, 365, 361, 365, 472, 556, // PQRSTUVWXYZ[\]^_
		333, 562, 613, 572, 613, 584, 371, 614, 592, 243, 243, 549, 243, 876, 591, 600, // `abcdefghijklmno
		613, 613, 377, 528, 328, 592, 563, 819, 546, 563, 553, 427, 333, 427, 662, // pqrstuvwxyz{|}~
	}
	boldWidths = [95]uint16{
		278, 333, 523, 644, 651, 1005, 722, 326, 374, 374, 540, 673, 319, 466, 319, 379, //  !"#$%&'()*+,-./
		660, 556, 624, 637, 667, 613, 640, 577, 641, 640, 333, 333, 673, 673, 673, 611, // 0123456789:;<=>?
		1000, 728, 722, 737, 723, 667, 611, 778, 746, 278, 580, 722, 611, 923, 760, 778, // @ABCDEFGHIJKLMNO
		667, 778, 722, 667, 661, 736, 728, 1021, 720, 714, 653, 374, 379, 374, 584, 556, // PQRSTUVWXYZ[\]^_
		352, 575, 625, 583, 625, 592, 389, 626, 613, 278, 278, 570, 278, 901, 612, 611, // `abcdefghijklmno
		625, 625, 397, 556, 354, 613, 587, 840, 569, 589, 566, 455, 359, 455, 673, // pqrstuvwxyz{|}~
	}
)

// TextWidth is the width in pixels of a line of text at a size.
func TextWidth(s string, size float64, bold bool) float64 {
	total := 0
	for _, r := range s {
		total += advance(r, bold)
	}
	return float64(total) * size / 1000
}

func advance(r rune, bold bool) int {
	switch {
	case r >= ' ' && r <= '~' && bold:
		return int(boldWidths[r-' '])
	case r >= ' ' && r <= '~':
		return int(regularWidths[r-' '])
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100: // punctuation, CJK, symbols, emoji: an em unless known better
		return wideAdvance(r)
	case unicode.IsUpper(r):
		return 800
	}
	return 600
}

func wideAdvance(r rune) int {
	switch r {
	case '–', '’', '‘', '“', '”':
		return 556
	case '−', '≥', '≤', '≠', '≈':
		return 673
	}
	return 1000
}

// fit cuts a line to a width, with an ellipsis; full is the whole line where it
// was cut.
func fit(s string, size float64, bold bool, width float64) (body, full string) {
	s = oneLine(s)
	if TextWidth(s, size, bold) <= width {
		return s, ""
	}
	room := width - TextWidth("…", size, bold)
	used, cut := 0.0, 0
	for i, r := range s {
		used += float64(advance(r, bold)) * size / 1000
		if used > room {
			break
		}
		cut = i + len(string(r))
	}
	return strings.TrimRightFunc(s[:cut], unicode.IsSpace) + "…", s
}

// wrap breaks a text into at most lines lines of a width; what does not fit is
// cut with an ellipsis, and full is the whole text then.
func wrap(s string, size float64, bold bool, width float64, lines int) (out []string, full string) {
	s = oneLine(s)
	rest := strings.Fields(s)
	for len(rest) > 0 {
		n := wordsThatFit(rest, size, bold, width)
		if len(out) == lines-1 || n == 0 {
			n = len(rest)
		}
		body, cut := fit(strings.Join(rest[:n], " "), size, bold, width)
		if cut != "" {
			full = s
		}
		out, rest = append(out, body), rest[n:]
	}
	return out, full
}

func wordsThatFit(words []string, size float64, bold bool, width float64) int {
	used := 0.0
	for i, w := range words {
		if i > 0 {
			used += TextWidth(" ", size, bold)
		}
		used += TextWidth(w, size, bold)
		if used > width {
			return i
		}
	}
	return len(words)
}

// oneLine joins a text that holds breaks or tabs into one line of clean UTF-8.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}
