package stats_test

import (
	"fmt"

	"vitrine/backend/stats"
)

func ExampleKaplanMeier() {
	months := []float64{2, 3, 3, 5, 8, 9, 12}
	died := []bool{true, true, false, true, false, true, false}
	km := stats.KaplanMeier(months, died, stats.KMOptions{})
	m := km.Median()
	fmt.Printf("median %g months (95 %% limits %g to %g)\n", m.Value, m.Lower, m.Upper)
	fmt.Printf("at risk at 6 months: %g of %d\n", km.AtRiskAt(6), km.N)
	p := km.At(6)
	fmt.Printf("surviving 6 months: %.2f (%.2f to %.2f)\n", p.Surv, p.Lower, p.Upper)
	// Output:
	// median 9 months (95 % limits 2 to NaN)
	// at risk at 6 months: 3 of 7
	// surviving 6 months: 0.54 (0.13 to 0.82)
}

func ExampleLogRank() {
	months := []float64{2, 3, 5, 9, 4, 8, 11, 12}
	died := []bool{true, true, true, true, true, false, true, false}
	arm := []int{0, 0, 0, 0, 1, 1, 1, 1}
	r := stats.LogRank(months, died, arm, 2, stats.LogRankOptions{})
	fmt.Printf("chi-square %.2f on %d df, p = %.3f\n", r.ChiSquare, r.DF, r.P)
	// Output:
	// chi-square 3.41 on 1 df, p = 0.065
}
