package catalog

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns the only candidate that the word is a part of, or the one with the smallest edit distance to it, if that
// is small enough to be a slip.
func nearest(word string, candidates []string) string {
	var around []string
	for _, c := range candidates {
		if word != "" && strings.Contains(c, word) {
			around = append(around, c)
		}
	}
	if len(around) == 1 {
		return around[0]
	}
	best, distance := "", len(word)/2+1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}
