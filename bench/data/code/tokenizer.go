package expr

import (
	"fmt"
	"unicode"
)

type Token struct {
	Kind string
	Text string
	Pos  int
}

func Tokenize(input string) ([]Token, error) {
	var tokens []Token
	runes := []rune(input)
	for i := 0; i < len(runes); {
		r := runes[i]
		switch {
		case unicode.IsSpace(r):
			i++
		case unicode.IsDigit(r):
			start := i
			for i < len(runes) && (unicode.IsDigit(runes[i]) || runes[i] == '.') {
				i++
			}
			tokens = append(tokens, Token{"number", string(runes[start:i]), start})
		case unicode.IsLetter(r):
			start := i
			for i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i])) {
				i++
			}
			tokens = append(tokens, Token{"name", string(runes[start:i]), start})
		default:
			tokens = append(tokens, Token{"operator", string(r), i})
			i++
		}
	}
	return tokens, nil
}

func Describe(token Token) string {
	return fmt.Sprintf("%s %q at %d", token.Kind, token.Text, token.Pos)
}
