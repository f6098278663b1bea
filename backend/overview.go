package backend

import (
	"context"
	"time"

	"vitrine/backend/access"
	"vitrine/backend/audit"
)

// Overview is what Home shows: the program, the vault and what is in it.
type Overview struct {
	Program                Program          `json:"program"`
	Door                   string           `json:"door" enum:"window,serve,cli"`
	Vault                  VaultSummary     `json:"vault"`
	DemonstrationAvailable bool             `json:"demonstration_available" doc:"The demonstration data are on this machine and not loaded yet"`
	Datasets               []DatasetSummary `json:"datasets"`
	Models                 []ModelSummary   `json:"models"`
	Recent                 []Activity       `json:"recent" doc:"Latest audit events, newest first"`
}

// VaultSummary says where the vault is and how it is protected.
type VaultSummary struct {
	Home          string    `json:"home"`
	Demonstration bool      `json:"demonstration" doc:"Holds public demonstration data only"`
	Protection    string    `json:"protection" doc:"encrypted: what lies on disk is sealed; of a demonstration the key lies beside it"`
	CreatedAt     time.Time `json:"created_at"`
}

// Activity is one audit event as a reader sees it.
type Activity struct {
	Seq      int64          `json:"seq"`
	At       time.Time      `json:"at"`
	Door     string         `json:"door"`
	Action   string         `json:"action"`
	Resource string         `json:"resource"`
	Outcome  string         `json:"outcome"`
	Detail   map[string]any `json:"detail"`
}

const recentEvents = 12

// Overview tells what is in the vault and what happened lately.
func (b *Backend) Overview(ctx context.Context) (Overview, error) {
	return observe(ctx, b, viewOverview, wholeVault, "", func() (Overview, error) {
		info := b.vault.Info()
		o := Overview{
			Program: Version(), Door: b.door,
			Vault: VaultSummary{b.vault.Home(), info.Demonstration, info.Protection, info.CreatedAt},
		}
		var err error
		if o.Datasets, err = b.summaries(ctx); err != nil {
			return Overview{}, err
		}
		if o.Models, err = b.modelSummaries(ctx); err != nil {
			return Overview{}, err
		}
		if o.Recent, err = b.recent(ctx, recentEvents); err != nil {
			return Overview{}, err
		}
		_, missing := b.findDemonstration()
		o.DemonstrationAvailable = missing == nil && len(o.Datasets) == 0
		return o, nil
	})
}

// Activity lists the latest audit events, newest first.
func (b *Backend) Activity(ctx context.Context, limit int) ([]Activity, error) {
	return observe(ctx, b, viewActivity, access.Resource{Kind: "audit"}, "", func() ([]Activity, error) {
		return b.recent(ctx, limit)
	})
}

func (b *Backend) recent(ctx context.Context, limit int) ([]Activity, error) {
	events, err := b.log.Recent(ctx, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Activity, len(events))
	for i, e := range events {
		list[i] = activity(e)
	}
	return list, nil
}

func activity(e audit.Event) Activity {
	with := e.Detail
	if with == nil {
		with = map[string]any{}
	}
	return Activity{e.Seq, e.At, e.Door, e.Action, e.Resource, string(e.Outcome), with}
}
