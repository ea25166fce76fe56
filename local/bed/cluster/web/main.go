// Command web is what pods of tests serve: the node and the pod that answered. `web get URL` asks another one.
//
// The environment: NODE_NAME and POD_NAME; DRAIN_SECONDS (default 5) is how long it goes on answering after it was told
// to end, while /healthz says 503: until then, clients may still be sent here.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 1:
		err = serve(":8080")
	case len(os.Args) == 3 && os.Args[1] == "get":
		err = get(os.Args[2])
	default:
		err = errors.New("usage: web [get URL]")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

// serve answers until it is told to end, and then for the time of draining.
func serve(address string) error {
	drain, err := strconv.Atoi(cmp.Or(os.Getenv("DRAIN_SECONDS"), "5"))
	if err != nil {
		return fmt.Errorf("DRAIN_SECONDS: %w", err)
	}
	var ending atomic.Bool
	server := &http.Server{Addr: address, Handler: handler(os.Getenv("NODE_NAME"), os.Getenv("POD_NAME"), &ending)}
	told, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-told.Done():
	}
	ending.Store(true)
	time.Sleep(time.Duration(drain) * time.Second)
	return server.Shutdown(context.Background())
}

func handler(node, pod string, ending *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(response http.ResponseWriter, _ *http.Request) {
		if ending.Load() {
			response.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("GET /", func(response http.ResponseWriter, _ *http.Request) {
		if ending.Load() {
			response.Header().Set("Connection", "close")
		}
		fmt.Fprintln(response, node, pod)
	})
	return mux
}

// get prints the body of an answer with status 200; any other is an error.
func get(url string) error {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}
