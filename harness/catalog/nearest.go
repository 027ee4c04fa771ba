package catalog

import "github.com/agnivade/levenshtein"

// nearest returns the candidate with the smallest edit distance to the word, if that is small enough to be a slip.
func nearest(word string, candidates []string) string {
	best, distance := "", len(word)/2+1
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}
