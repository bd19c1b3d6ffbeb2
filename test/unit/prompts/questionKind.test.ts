import { describe, expect, it } from "vitest";
import { asksForAmount, asksForValue, asksForValueAlone, needsReasoning } from "../../../src/prompts/questionKind.ts";

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

describe("a question after the value of a call and more", () => {
  it.each([
    "What does f(3) return, and why?",
    "What does f(3) return? Explain it.",
    "What does f(3) return, step by step?",
    "What does `f(3)` return? Rewrite it without the plus operator.",
    "What does `f(3)` return and which bugs does it have?",
    "What does f(3) return, and is there a faster way?",
    "What does f(3) return? What is the last line?",
    "What does f(3) return? Write a unit test for it.",
    "What does f(3) return? I think f(3) returns 2.",
    "Rename f. What does f(3) return?",
    "What does f(3) return, line by line?",
    "What does f(3) return? Answer line by line.",
    "What does f(3) return? Is it exact?",
    "What does f(3) return? And with nothing?",
    "What does f(3) return in Python 3.12? Is that exact?",
    "What does f(3) return? Write it as a single line.",
    "Give the output of f(3). Is it the exact value?",
    "Is the value of f(3) exact?",
    "What is the value of f(3) and that of the last line?",
    "What is the output of f(3), and its format?",
    "What is the format of the output of f(3)?",
    "Which format is the output of f(3)?",
    "What is the use of the result of f(3) here?",
    "Use the result of f(3) as the last value.",
    "Format the output of f(3).",
    "Please format the result of f(3) with a separate line.",
    "In the code above, rename f. What does f(3) return?",
    "Was gibt f(3) zurück, und warum?",
    "Was liefert f(3)? Erkläre es.",
    "Was gibt f(3) zurück? Schreibe einen Test dafür.",
    "Was gibt f(3) zurück? Ist das genau?",
    "Was gibt f(3) zurück, Zeile für Zeile?",
    "Was gibt f(3) zurück? Schreibe das als eine Zeile.",
    "Was ist der Wert von f(3) und das Ergebnis der letzten Zeile?",
    "Ist das der genaue Wert von f(3)?",
    "Welchen Wert hat f(3), und wie kommt er zustande?",
    "What is a monad?",
  ])("%s", (question) => expect(asksForValueAlone(question, "f(3)")).toBe(false));

  it.each([
    ["What does f(3) return?", "f(3)"],
    ["What does `f('how and why')` return?", "f('how and why')"],
    ['What does f("explain") return?', 'f("explain")'],
    ["What does `f(3)` return? End with the exact Python value on a line of its own: `Answer: VALUE`.", "f(3)"],
    ["What does f(3) return? Use `Answer: …`.", "f(3)"],
    ["What does f(3) return? Only the value, please.", "f(3)"],
    ["What does f(3) return? Reply with the value and nothing else, no explanation.", "f(3)"],
    ["Please tell me: what does f(3) return?", "f(3)"],
    ["Give the output of f(3).", "f(3)"],
    ["What’s the return value of f(3)?", "f(3)"],
    ["What is the output of calling `f(3)`?", "f(3)"],
    ["Was gibt f(3) zurück? Antworte nur mit dem Wert.", "f(3)"],
    ["Was wird von f(3) zurückgegeben? Gib bitte nur den genauen Wert an, ohne Erklärung.", "f(3)"],
    ["Given the code, what does f(3) return?", "f(3)"],
    ["In the Python code above, what does f(3) return?", "f(3)"],
    ["Consider the following function. What does f(3) return?", "f(3)"],
    ["What does f(3) return for me?", "f(3)"],
    ["What does f(3) return now?", "f(3)"],
    ["What does f(3) return in Python 3.12?", "f(3)"],
    ["What does f(3) return with this code?", "f(3)"],
    ["Hi, what does f(3) return?", "f(3)"],
    ["What does f(3) return? Thanks!", "f(3)"],
    ["Hello! Could you please tell me what the exact value of f(3) is? Thank you.", "f(3)"],
    ["I would like to know the result of f(3).", "f(3)"],
    ["Hallo, was liefert f(3) hier?", "f(3)"],
    ["Was liefert f(3) im Code oben? Danke!", "f(3)"],
    ["Im obigen Code: Was gibt f(3) zurück?", "f(3)"],
    ["Kannst du mir sagen, was der Wert von f(3) ist?", "f(3)"],
    ["Was liefert f(3) in Python 3 für mich?", "f(3)"],
    ["Was ist das Ergebnis von f(3)?", "f(3)"],
    ["Wie lautet der Rückgabewert des Aufrufs f(3)?", "f(3)"],
  ])("not: %s", (question, call) => expect(asksForValueAlone(question, call)).toBe(true));
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
