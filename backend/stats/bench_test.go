package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"vitrine/backend/stats"
)

// registry is a million participants followed for up to ten years, a third with
// the event; in whole days, or to the fraction of a second.
func registry(n int, wholeDays bool) (time []float64, event []bool, group []int) {
	r := rand.New(rand.NewPCG(7, 7))
	for range n {
		arm := r.IntN(2)
		t := r.ExpFloat64() * float64(4000+600*arm)
		end := r.Float64() * 3650
		happened := t < end
		t = min(t, end)
		if wholeDays {
			t = math.Ceil(t)
		}
		time, event, group = append(time, t), append(event, happened), append(group, arm)
	}
	return time, event, group
}

// How long does a survival figure of a whole registry take? R 4.2.2 needs 714 ms
// for survfit and 864 ms for survdiff.
func BenchmarkKaplanMeier(b *testing.B) {
	for _, wholeDays := range []bool{true, false} {
		name := map[bool]string{true: "1M", false: "1M-continuous"}[wholeDays]
		time, event, _ := registry(1_000_000, wholeDays)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stats.KaplanMeier(time, event, stats.KMOptions{})
			}
		})
	}
}

func BenchmarkLogRank(b *testing.B) {
	for _, wholeDays := range []bool{true, false} {
		name := map[bool]string{true: "1M", false: "1M-continuous"}[wholeDays]
		time, event, group := registry(1_000_000, wholeDays)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stats.LogRank(time, event, group, 2, stats.LogRankOptions{})
			}
		})
	}
}

func BenchmarkDescribe(b *testing.B) {
	time, _, _ := registry(1_000_000, false)
	b.Run("1M", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			stats.Describe(time)
		}
	})
}
