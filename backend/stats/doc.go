// Package stats is the arithmetic of clinical research and nothing else: numbers
// in, numbers out, a file for each method. Survival curves (KaplanMeier) with
// their limits, quantiles, numbers at risk and restricted means; the log-rank
// family of tests (LogRank); the summaries of a Table 1 (Describe, Proportion)
// and the standardised mean differences between its columns (SMDContinuous,
// SMDCategorical).
//
// What it promises: results equal R's on real data to 1e-10 relative, and counts,
// medians and quantiles exactly (testdata/golden, with the scripts that made
// them); where R is not followed, the function says so (KM.Quantile). The same
// input gives the same output on every run; another order of the rows changes at
// most the last digits of sums.
//
// What it leaves to its callers: there are no missing values here. Callers pass
// complete cases, count what they left out, and say so beside the result. A
// participant is a position in a slice; this package knows no names, dates or
// units, and reads and writes nothing.
//
// A quantity that does not exist (a median that is not reached, the spread of one
// value) is NaN, never a number that looks like an answer. NaN cannot be written
// as JSON, so whoever shows results turns it into null.
//
// Functions panic only for a bug in the caller: slices of different lengths, a
// group that does not exist, a time that is not a finite number.
package stats
