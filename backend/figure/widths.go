package figure

import (
	"strings"
	"unicode"
)

// Advance widths in thousandths of the type size for the printable ASCII
// characters from space on. Each is the widest of Inter (weights 400 and 600),
// of the Helvetica metrics that Helvetica Neue, Arial, Liberation Sans and
// Nimbus Sans share, and of DejaVu Sans, which a plain Linux has. A layout that
// fits here fits whichever of them the reader's machine picks.
var (
	regularWidths = [95]uint16{
		318, 401, 466, 838, 642, 982, 780, 300, 391, 391, 501, 838, 318, 460, 318, 361, //  !"#$%&'()*+,-./
		637, 637, 637, 637, 646, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 556, // 0123456789:;<=>?
		1015, 690, 687, 731, 771, 667, 611, 778, 752, 295, 571, 672, 566, 904, 754, 788, // @ABCDEFGHIJKLMNO
		667, 788, 722, 667, 646, 745, 690, 989, 686, 679, 686, 391, 361, 391, 838, 556, // PQRSTUVWXYZ[\]^_
		500, 613, 635, 572, 635, 616, 371, 635, 634, 278, 278, 580, 278, 975, 634, 612, // `abcdefghijklmno
		635, 635, 412, 528, 393, 634, 592, 819, 592, 592, 553, 637, 337, 637, 838, // pqrstuvwxyz{|}~
	}
	boldWidths = [95]uint16{
		349, 457, 523, 838, 696, 1005, 873, 326, 458, 458, 540, 838, 380, 466, 380, 379, //  !"#$%&'()*+,-./
		696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611, // 0123456789:;<=>?
		1000, 774, 763, 737, 831, 684, 684, 821, 837, 373, 580, 775, 638, 996, 837, 851, // @ABCDEFGHIJKLMNO
		733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 379, 458, 838, 556, // PQRSTUVWXYZ[\]^_
		500, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, // `abcdefghijklmno
		716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838, // pqrstuvwxyz{|}~
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
	}
	width := 650
	if unicode.IsUpper(r) {
		width = 800
	}
	if bold {
		width += 80
	}
	return width
}

func wideAdvance(r rune) int {
	switch r {
	case '–', '’', '‘':
		return 556
	case '“', '”':
		return 658
	case '−', '≥', '≤', '≠', '≈':
		return 838
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

// fitAmong is fit for one name of several, which a reader must tell apart: where
// two different names begin alike, both lose their middle rather than their end.
func fitAmong(names []string, i int, size float64, bold bool, width float64) (body, full string) {
	body, full = fit(names[i], size, bold, width)
	if full == "" {
		return body, full
	}
	for _, other := range names {
		if alike, _ := fit(other, size, bold, width); alike == body && oneLine(other) != full {
			return fitEnds(full, size, bold, width), full
		}
	}
	return body, full
}

// fitEnds cuts a line in its middle.
func fitEnds(s string, size float64, bold bool, width float64) string {
	runes := []rune(s)
	used := TextWidth("…", size, bold)
	head, tail := 0, len(runes)
	for fromEnd := true; head < tail; fromEnd = !fromEnd {
		next := head
		if fromEnd {
			next = tail - 1
		}
		if used += float64(advance(runes[next], bold)) * size / 1000; used > width {
			break
		}
		if fromEnd {
			tail--
		} else {
			head++
		}
	}
	return strings.TrimRightFunc(string(runes[:head]), unicode.IsSpace) + "…" + strings.TrimLeftFunc(string(runes[tail:]), unicode.IsSpace)
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
