import { describe, expect, it } from "vitest";
import { asksForAmount, asksForReasons, asksForValue, needsReasoning } from "../../../src/prompts/questionKind.ts";

describe("a question after a value", () => {
  it.each([
    "What does f(3) return?",
    "Which value has x at the end?",
    "What is the output of main?",
    "Was gibt f(3) zurück?",
    "Was gibt das Programm aus?",
    "Welchen Wert hat x am Ende?",
    "Was ist das Ergebnis von f([1, 2])?",
    "Was kommt bei f(3) heraus?",
    "Wie lautet die Ausgabe?",
    "Was wird ausgegeben?",
    "Was liefert die Funktion für 3?",
  ])("%s", (question) => expect(asksForValue(question)).toBe(true));

  it.each([
    "What is a monad?",
    "How does the cache work?",
    "Was ist eine Monade?",
    "Was gibt es hier zu beachten?",
    "Wie bewertest du diesen Code?",
    "Was macht diese Funktion?",
    "What was the idea behind this?",
  ])("not: %s", (question) => expect(asksForValue(question)).toBe(false));
});

describe("a question that wants reasons", () => {
  it.each([
    "What does f(3) return, and why?",
    "What does f(3) return? Explain it.",
    "Which value has x, step by step?",
    "Was gibt f(3) zurück, und warum?",
    "Was liefert f(3)? Erkläre es.",
    "Welchen Wert hat x, und wie kommt er zustande?",
  ])("%s", (question) => expect(asksForReasons(question)).toBe(true));

  it.each([
    "What does f(3) return?",
    "What does `f('how and why')` return?",
    'What does f("explain") return?',
    "Wie lautet die Ausgabe?",
    "What does `f(1)` return? End with the exact Python value on a line of its own: `Answer: VALUE`.",
  ])("not: %s", (question) => expect(asksForReasons(question)).toBe(false));
});

describe("a question that needs reasoning", () => {
  it.each([
    "Why is it slow?",
    "Is this correct?",
    "Where does it fail? It fails here",
    "Warum ist das langsam?",
    "Ist das so richtig?",
    "Wo ist der Fehler?",
    "Welche Komplexität hat das?",
    "Wann schlägt der Aufruf fehl?",
    "Kann man das optimieren?",
  ])("%s", (question) => expect(needsReasoning(question)).toBe(true));

  it.each([
    "What does this do?",
    "Was macht das?",
    "Woher kommt die Fehlermeldung?",
    "In welche Richtung läuft die Schleife?",
  ])("not: %s", (question) => expect(needsReasoning(question)).toBe(false));
});

describe("asks for an amount", () => {
  it.each([
    "How many books does Alice have?",
    "How much memory does this take in total?",
    "Calculate the average latency.",
    "Wie viele Zeilen hat die Datei?",
    "Wieviel kostet das insgesamt?",
    "Wie groß ist der Puffer?",
  ])("%s", (question) => expect(asksForAmount(question)).toBe(true));
  it.each(["How does this work?", "Why is it slow?", "Wie geht das?", "Explain the calculation."])(
    "not: %s",
    (question) => expect(asksForAmount(question)).toBe(false),
  );
});
