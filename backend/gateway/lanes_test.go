package gateway

import (
	"context"
	"errors"
	"testing"
)

func TestANewerCallEndsTheOlderInItsLane(t *testing.T) {
	var l lanes
	first, leaveFirst := l.enter(context.Background(), "/count a")
	other, leaveOther := l.enter(context.Background(), "/count b")
	second, leaveSecond := l.enter(context.Background(), "/count a")
	if !superseded(first) || superseded(second) || superseded(other) || other.Err() != nil {
		t.Fatal("the older call of the lane, and only that, is superseded")
	}
	leaveFirst() // late: must not take the newer call's place away
	third, leaveThird := l.enter(context.Background(), "/count a")
	if !superseded(second) || third.Err() != nil {
		t.Error("the lane forgot its newest call")
	}
	for _, leave := range []func(){leaveSecond, leaveThird, leaveOther} {
		leave()
	}
	if len(l.current) != 0 {
		t.Errorf("%d lanes are kept after their calls", len(l.current))
	}
}

func TestLeavingIsNotBeingSuperseded(t *testing.T) {
	var l lanes
	ctx, leave := l.enter(context.Background(), "k")
	leave()
	if superseded(ctx) || !errors.Is(ctx.Err(), context.Canceled) {
		t.Error("a finished call is over, not superseded")
	}
}
