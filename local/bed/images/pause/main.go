// Command pause holds a pod's namespaces: it waits until it is told to end. With -v it ends at once, as that of
// Kubernetes does: kubeadm runs it so to see whether a cluster starts pods.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "-v" {
		return
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}
