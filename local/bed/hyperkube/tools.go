package main

import (
	"flag"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.etcd.io/etcd/etcdctl/v3/ctlv3"
	"go.etcd.io/etcd/etcdutl/v3/etcdutl"
	"go.etcd.io/etcd/pkg/v3/cobrautl"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubeadmerrors "k8s.io/kubernetes/cmd/kubeadm/app/util/errors"
)

// What builds a cluster and looks after its etcd. The beginning of a command's name is enough for etcdctl alone, which
// would have it so for every program here.
func init() {
	cobra.EnablePrefixMatching = false
	programs["etcdctl"] = func() {
		ownFlags("etcdctl")
		cobra.EnablePrefixMatching = true
		ctlv3.MustStart()
	}
	programs["etcdutl"] = runEtcdutl
	programs["kubeadm"] = func() {
		ownFlags("kubeadm")
		kubeadmerrors.HandleError(kubeadm.Run())
	}
}

// ownFlags keeps flags that other programs here have registered for everybody out of the program's own.
func ownFlags(program string) {
	flag.CommandLine = flag.NewFlagSet(program, flag.ExitOnError)
	pflag.CommandLine = pflag.NewFlagSet(program, pflag.ExitOnError)
}

// runEtcdutl is etcdutl's main function, which its module does not export.
func runEtcdutl() {
	ownFlags("etcdutl")
	root := &cobra.Command{Use: "etcdutl", Short: "An administrative command line tool for etcd3."}
	root.PersistentFlags().StringVarP(&etcdutl.OutputFormat, "write-out", "w", "simple",
		"set the output format (fields, json, protobuf, simple, table)")
	root.AddCommand(etcdutl.NewDefragCommand(), etcdutl.NewSnapshotCommand(), etcdutl.NewHashKVCommand(),
		etcdutl.NewVersionCommand(), etcdutl.NewMigrateCommand())
	if err := root.Execute(); err != nil {
		cobrautl.ExitWithError(cobrautl.ExitError, err)
	}
}
