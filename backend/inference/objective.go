package inference

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// link is how an objective turns raw scores into output.
type link uint8

const (
	identity link = iota
	signedSquare
	exponential
	logisticEach // every output on its own
	softmax
	log1pExp
)

// objective is what the model was trained for, as far as prediction needs it.
type objective struct {
	name    string
	link    link
	sigmoid float64 // steepness of logisticEach
}

// links of LightGBM's objectives by the name in the file; reg_sqrt changes
// identity to signedSquare.
var links = map[string]link{
	"regression": identity, "regression_l1": identity, "huber": identity, "fair": identity,
	"quantile": identity, "mape": identity,
	"poisson": exponential, "gamma": exponential, "tweedie": exponential,
	"binary": logisticEach, "multiclassova": logisticEach, "cross_entropy": logisticEach,
	"cross_entropy_lambda": log1pExp, "multiclass": softmax,
	"lambdarank": identity, "rank_xendcg": identity,
}

// parseObjective reads text such as "multiclassova num_class:3 sigmoid:1".
func parseObjective(text string) (objective, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return objective{}, errors.New("objective is not named")
	}
	l, known := links[words[0]]
	if !known {
		return objective{}, fmt.Errorf("objective %q is not one this program knows", clip(words[0]))
	}
	o := objective{name: words[0], link: l, sigmoid: 1}
	for _, word := range words[1:] {
		if err := o.option(word); err != nil {
			return objective{}, err
		}
	}
	return o, nil
}

func (o *objective) option(word string) error {
	key, value, _ := strings.Cut(word, ":")
	switch {
	case word == "sqrt" && o.link == identity:
		o.link = signedSquare
	case key == "sigmoid" && o.link == logisticEach:
		s, err := strconv.ParseFloat(value, 64)
		if err != nil || !(s > 0) || math.IsInf(s, 0) {
			return fmt.Errorf("sigmoid is not a number above zero")
		}
		o.sigmoid = s
	case key == "num_class" && (o.name == "multiclass" || o.name == "multiclassova"): // the header says it too
	default:
		return fmt.Errorf("option %q of objective %s is not known", clip(word), o.name)
	}
	return nil
}

// classes is the number of classes whose probabilities the outputs are, 0 where
// they are none.
func (o *objective) classes(outputs int) int {
	switch o.name {
	case "binary":
		return 2
	case "multiclass", "multiclassova":
		return outputs
	}
	return 0
}

// apply turns raw scores into output in place.
func (o *objective) apply(scores []float64) {
	switch o.link {
	case signedSquare:
		each(scores, func(x float64) float64 { return math.Copysign(x*x, x) })
	case exponential:
		each(scores, math.Exp)
	case logisticEach:
		each(scores, func(x float64) float64 { return 1 / (1 + math.Exp(-o.sigmoid*x)) })
	case log1pExp:
		each(scores, func(x float64) float64 { return math.Log1p(math.Exp(x)) })
	case softmax:
		softmaxInPlace(scores)
	}
}

func each(scores []float64, f func(float64) float64) {
	for i, x := range scores {
		scores[i] = f(x)
	}
}

func softmaxInPlace(scores []float64) {
	highest, sum := slices.Max(scores), 0.0
	for i, x := range scores {
		scores[i] = math.Exp(x - highest)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}
