package inference

import (
	"context"
	"net"
	"sync"
	"time"
)

// Replicas are counted again after so long.
const countInterval = 5 * time.Second

// Model is one service behind the gateway.
type Model struct {
	// Name that resolves to an address for each replica that is ready.
	Replicas string `json:"replicas"`
	// Requests that this gateway may have open at one replica. 0: any number.
	MostOpen int `json:"most_open,omitempty"`
	// "shed", "shorten" or "reroute". Empty: nothing is done.
	Strategy        string `json:"strategy,omitempty"`
	ShortenToTokens int    `json:"shorten_to_tokens,omitempty"`
	RerouteTo       string `json:"reroute_to,omitempty"`

	lookup  func(context.Context, string) ([]string, error)
	mutex   sync.Mutex
	open    int
	counted time.Time
	ready   int
}

// enter counts a request in, and says whether there was room for it.
func (m *Model) enter(ctx context.Context, now time.Time) bool {
	replicas := m.count(ctx, now)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.MostOpen > 0 && m.open >= m.MostOpen*replicas {
		return false
	}
	m.open++
	return true
}

// force counts a request in where there is no room.
func (m *Model) force() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.open++
}

func (m *Model) leave() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.open--
}

// count is how many replicas are ready, 1 at least: where a name does not resolve, the proxy says what is wrong.
func (m *Model) count(ctx context.Context, now time.Time) int {
	if m.MostOpen == 0 {
		return 1
	}
	m.mutex.Lock()
	fresh, ready := now.Sub(m.counted) < countInterval, m.ready
	m.mutex.Unlock()
	if fresh {
		return max(1, ready)
	}
	lookup := m.lookup
	if lookup == nil {
		lookup = net.DefaultResolver.LookupHost
	}
	addresses, err := lookup(ctx, m.Replicas)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.counted = now
	if err == nil {
		m.ready = len(addresses)
	}
	return max(1, m.ready)
}
