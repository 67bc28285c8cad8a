// Goroutines that sleep until one deadline. Arguments: how many, and how many milliseconds from now it is.

package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

func sleepers(args []string) {
	count := number(args[0])
	fmt.Println("ready")
	began := time.Now()
	deadline := began.Add(time.Duration(number(args[1])) * time.Millisecond)
	var seen int64
	for i := 0; i < count; i++ {
		go func() {
			atomic.AddInt64(&seen, 1)
			time.Sleep(time.Until(deadline))
			atomic.AddInt64(&seen, 1)
		}()
	}
	await := func(wanted int) {
		for atomic.LoadInt64(&seen) < int64(wanted) {
			time.Sleep(time.Millisecond)
		}
	}
	await(count)
	spawned := time.Since(began)
	fmt.Println("spawned")
	await(count * 2)
	fmt.Printf("spawn=%d late=%d done=%d\n", spawned.Milliseconds(), time.Since(deadline).Milliseconds(), seen)
}
