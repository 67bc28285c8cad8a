// 100,000 reads of 512 bytes from page-cached files, a goroutine and a buffer each: what a Go program would do.
//
// reads.ts builds and runs it beside the uring driver. Arguments: the files; each is read at every multiple of 512 bytes.
// Prints the milliseconds, those of CPU time, 0, and the sum of each buffer's first byte.

package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	reads = 100000
	bytes = 512
)

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	var files []*os.File
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		if err != nil {
			panic(err)
		}
		files = append(files, file)
	}
	start, cpuStart := time.Now(), cpu()
	buffers := make([][]byte, reads)
	var all sync.WaitGroup
	all.Add(reads)
	for i := 0; i < reads; i++ {
		go func(i int) {
			defer all.Done()
			buffers[i] = make([]byte, bytes)
			if n, err := files[i%len(files)].ReadAt(buffers[i], int64(i/len(files))*bytes); n != bytes {
				panic(err)
			}
		}(i)
	}
	all.Wait()
	sum := 0
	for _, buffer := range buffers {
		sum += int(buffer[0])
	}
	elapsed, cpuElapsed := time.Since(start), cpu()-cpuStart
	fmt.Printf("%.2f %.2f 0 %d\n", elapsed.Seconds()*1e3, cpuElapsed.Seconds()*1e3, sum)
}
