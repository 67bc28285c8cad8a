// What a Go program would do for each row of the benchmark. The first argument names the row; the others are the row's own. Each prints
// its figures as name=value.

package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	rows := map[string]func(args []string){
		"channels": channels, "fairness": fairness, "fork": fork, "http": serveHello, "idle": serveIdle, "reads": reads,
		"sleepers": sleepers,
	}
	row, known := rows[os.Args[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "there is no row", os.Args[1])
		os.Exit(2)
	}
	row(os.Args[2:])
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}
