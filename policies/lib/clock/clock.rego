# METADATA
# title: The clock
# description: The only place that reads the time, so that tests can set it.
package lib.clock

now_ns := time.now_ns()
