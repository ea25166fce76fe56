package inference

import (
	"math"
	"sync"
	"time"
)

// bucket holds the tokens that a tenant may still use: one minute's worth at most. What an answer costs is known when it
// has been given, so a bucket can be in debt, and is closed until the debt is paid.
type bucket struct {
	mutex     sync.Mutex
	perMinute float64
	level     float64
	filled    time.Time
}

func newBucket(perMinute int, now time.Time) *bucket {
	return &bucket{perMinute: float64(perMinute), level: float64(perMinute), filled: now}
}

func (b *bucket) fill(now time.Time) {
	if minutes := now.Sub(b.filled).Minutes(); minutes > 0 {
		b.level = math.Min(b.perMinute, b.level+minutes*b.perMinute)
		b.filled = now
	}
}

// wait is 0 while there is something left, otherwise the time until there is.
func (b *bucket) wait(now time.Time) time.Duration {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.fill(now)
	if b.level > 0 {
		return 0
	}
	return time.Duration(math.Ceil((1-b.level)/b.perMinute*60)) * time.Second
}

// take is what an answer cost.
func (b *bucket) take(tokens int, now time.Time) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.fill(now)
	b.level -= float64(tokens)
}
