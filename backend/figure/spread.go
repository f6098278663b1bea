package figure

import "sort"

// spread moves centres on a line apart until neighbours are at least gap from
// each other, moving each as little as its cluster allows, and keeps all of them
// within lo..hi. Order is kept; equal centres stay in the order given. Where the
// room is too small for all, the gap wins over hi.
func spread(centres []float64, gap, lo, hi float64) []float64 {
	order := make([]int, len(centres))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return centres[order[a]] < centres[order[b]] })
	var clusters []cluster
	for _, i := range order {
		clusters = append(clusters, cluster{sum: centres[i], n: 1}.within(gap, lo, hi))
		for n := len(clusters); n > 1 && clusters[n-1].top-clusters[n-2].bottom(gap) < gap; n = len(clusters) {
			clusters = append(clusters[:n-2], clusters[n-2].join(clusters[n-1], gap, lo, hi))
		}
	}
	out, k := make([]float64, len(centres)), 0
	for _, c := range clusters {
		for j := 0; j < c.n; j++ {
			out[order[k]] = c.top + float64(float64(j)*gap)
			k++
		}
	}
	return out
}

// cluster is a run of labels that touch: its members stand gap apart from top
// on, around the mean of where they wanted to be.
type cluster struct {
	sum float64 // of the wanted centres
	n   int
	top float64
}

func (c cluster) bottom(gap float64) float64 { return c.top + float64(float64(c.n-1)*gap) }

func (c cluster) join(d cluster, gap, lo, hi float64) cluster {
	return cluster{sum: c.sum + d.sum, n: c.n + d.n}.within(gap, lo, hi)
}

func (c cluster) within(gap, lo, hi float64) cluster {
	height := float64(float64(c.n-1) * gap)
	c.top = max(lo, min(c.sum/float64(c.n)-height/2, hi-height))
	return c
}
