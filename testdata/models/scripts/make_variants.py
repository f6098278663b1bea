"""Makes one tiny LightGBM model per objective, booster, missing rule and leaf kind, with the library's own answers.
usage: make_variants.py OUT_DIR [PREFIX]

The training data are generated with a fixed seed: the models mean nothing, they only exercise the file format.
Run once with lightgbm 4.7.0 (no prefix) and once with lightgbm 3.3.5 (prefix "v3_"). Predictions come from a Booster
loaded from the text that was saved, so they are what any reader of the file must reproduce.

OUT_DIR/<name>.txt   the model
OUT_DIR/<name>.csv   x0..xN inputs (empty = NaN), raw0.. (predict raw_score=True), out0.. (predict), leaf0.. (pred_leaf)"""
import sys, os
import numpy as np, lightgbm as lgb

OUT, PREFIX = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ''
os.makedirs(OUT, exist_ok=True)
EDGE = [0.0, -0.0, 1e-35, -1e-35, 1.0000000180025095e-35, -1.0000000180025095e-35, 2e-35, -2e-35, 9.9999e-36, 1e300, -1e300, np.inf, -np.inf, np.nan]


def data(n=400, p=4, zeros=.25, missing=0., cats=0, seed=7):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[rng.random(X.shape) < zeros] = 0
    if cats:
        X[:, 0] = rng.integers(0, cats, n)
    if missing:
        X[rng.random(X.shape) < missing] = np.nan
    Z = np.nan_to_num(X)
    s = Z[:, 1] + .7 * Z[:, 2] * (Z[:, 3] > 0) + (.8 * np.sin(Z[:, 0]) if cats else .4 * Z[:, 0])
    return X, s + rng.normal(scale=.3, size=n)


def probes(X, cats):
    rng = np.random.default_rng(3)
    rows = [X[i] for i in rng.choice(len(X), 14, replace=False)]
    for k, v in enumerate(EDGE):
        r = X[k].copy()
        r[(k % (X.shape[1] - 1)) + 1] = v
        if cats:
            r[0] = [v, 3.7, -0.5, -1, cats + 5, 4e9, np.nan][k % 7]
        rows.append(r)
    rows += [np.full(X.shape[1], v) for v in EDGE]
    return np.array(rows)


def text(v):
    return '' if np.isnan(v) else repr(float(v))


def make(name, params, label, rounds=6, cats=0, group=None, **kw):
    X, s = data(cats=cats, **kw)
    p = dict(verbose=-1, num_threads=1, seed=1, deterministic=True, force_row_wise=True, num_leaves=6, min_data_in_leaf=8, learning_rate=.2)
    p.update(params)
    d = lgb.Dataset(X, label(s), group=group, categorical_feature=[0] if cats else 'auto')
    b = lgb.Booster(model_str=lgb.train(p, d, rounds).model_to_string())
    b.save_model(f'{OUT}/{PREFIX}{name}.txt')
    P = probes(X, cats)
    two = lambda a: a.reshape(len(P), -1)
    raw, out, leaf = two(b.predict(P, raw_score=True)), two(b.predict(P)), two(b.predict(P, pred_leaf=True))
    head = [f'x{i}' for i in range(P.shape[1])] + [f'raw{i}' for i in range(raw.shape[1])] + [f'out{i}' for i in range(out.shape[1])] + [f'leaf{i}' for i in range(leaf.shape[1])]
    with open(f'{OUT}/{PREFIX}{name}.csv', 'w') as f:
        f.write(','.join(head) + '\n')
        for i in range(len(P)):
            f.write(','.join([text(v) for v in P[i]] + [text(v) for v in raw[i]] + [text(v) for v in out[i]] + [str(int(v)) for v in leaf[i]]) + '\n')


same = lambda s: s
binary = lambda s: (s > 0) * 1.
positive = lambda s: np.abs(s) + .1
count = lambda s: np.floor(np.abs(s) * 3)
share = lambda s: 1 / (1 + np.exp(-s))
three = lambda s: np.digitize(s, [-.5, .5])
rank = lambda s: np.clip(np.round(s + 1), 0, 3)
groups = [20] * 20

make('binary', dict(objective='binary', sigmoid=2.5), binary)
make('zero_as_missing', dict(objective='binary', zero_as_missing=True), binary)
make('no_missing_rule', dict(objective='binary', use_missing=False), binary, missing=.2)
make('nan', dict(objective='binary'), binary, missing=.2)
make('multiclass', dict(objective='multiclass', num_class=3), three, rounds=4)
make('categories', dict(objective='regression', max_cat_to_onehot=2, min_data_per_group=5, cat_smooth=1), same, cats=70, missing=.1)
make('linear', dict(objective='regression', linear_tree=True), same, missing=.1)
make('forest', dict(objective='binary', boosting='rf', bagging_freq=1, bagging_fraction=.6), binary)
make('dart', dict(objective='binary', boosting='dart', drop_rate=.5), binary)
make('constant', dict(objective='regression', min_data_in_leaf=1000), same, rounds=2)
if not PREFIX:
    make('multiclassova', dict(objective='multiclassova', num_class=3, sigmoid=1.5), three, rounds=4)
    make('forest_multiclass', dict(objective='multiclass', num_class=3, boosting='rf', bagging_freq=1, bagging_fraction=.6), three, rounds=3)
    make('forest_constant', dict(objective='binary', boosting='rf', bagging_freq=1, bagging_fraction=.6, min_data_in_leaf=1000), binary, rounds=2)
    make('linear_constant', dict(objective='regression', linear_tree=True, min_data_in_leaf=1000), same, rounds=2)
    for o in ('regression', 'regression_l1', 'huber', 'fair', 'quantile', 'mape'):
        make(o, dict(objective=o), same)
    for o in ('regression', 'regression_l1', 'quantile'):
        make(o + '_sqrt', dict(objective=o, reg_sqrt=True), same)
    make('poisson', dict(objective='poisson'), count)
    make('gamma', dict(objective='gamma'), positive)
    make('tweedie', dict(objective='tweedie'), count)
    make('cross_entropy', dict(objective='cross_entropy'), share)
    make('cross_entropy_lambda', dict(objective='cross_entropy_lambda'), share)
    make('lambdarank', dict(objective='lambdarank'), rank, group=groups)
    make('rank_xendcg', dict(objective='rank_xendcg'), rank, group=groups)

    def squared(p, d):
        return p - d.get_label(), np.ones_like(p)
    make('custom', dict(objective=squared), same)
