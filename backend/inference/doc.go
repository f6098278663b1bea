// Package inference computes what a trained model says about a row of numbers.
//
// LoadLightGBM reads a model file as LightGBM wrote it and returns an Ensemble:
// trees, checked once, walked many times. A Scorer joins an Ensemble with the
// schema of its inputs (package model) and turns records of text into
// predictions, each with the flags a reader must see beside it.
//
// The promise is equality with the library that trained the model: raw scores
// bit for bit, probabilities to 1e-12 relative, leaf for leaf. A file that is cut,
// altered or of a kind this program does not know is refused with the place
// named; nothing is evaluated that has not been checked whole. Nothing is
// imputed or clipped beyond what the model itself does, and what it does with a
// missing value is said (see Ensemble.ReadsMissingAsZero). FORMAT.md lists the
// rules of the file format that this relies on, and what is refused.
//
// An Ensemble never changes after loading: any number of goroutines may use it.
package inference
