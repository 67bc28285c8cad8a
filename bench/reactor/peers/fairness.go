// Goroutines that never wait, and one that sleeps ten milliseconds again and again. Arguments: how many, how many sleeps.

package main

import (
	"fmt"
	"sort"
	"time"
)

func fairness(args []string) {
	for i := 0; i < number(args[0]); i++ {
		go func() {
			for i := 0; ; i++ {
			}
		}()
	}
	late := make([]float64, number(args[1]))
	for i := range late {
		start := time.Now()
		time.Sleep(10 * time.Millisecond)
		late[i] = time.Since(start).Seconds()*1e3 - 10
	}
	sort.Float64s(late)
	at := func(part float64) float64 { return late[int(part*float64(len(late)-1))] }
	fmt.Printf("p50=%.3f p99=%.3f most=%.3f\n", at(0.5), at(0.99), at(1))
}
