import { describe, expect, it } from "vitest";
import { contradicts } from "../../../src/prompts/contradiction.ts";

describe("contradicts", () => {
  it.each([
    "No.",
    "no, it returns 3",
    "Wrong",
    "That's wrong: the loop ends at n",
    "that is not right",
    "This doesn’t work",
    "It still fails",
    "Hmm, that does not compile",
    "But that is incorrect.",
    "You are mistaken, the list is sorted",
    "your code is broken",
    "It is not what I asked",
    "Nein.",
    "Nein, f(3) gibt 4 zurück",
    "Das ist falsch",
    "das war leider nicht richtig",
    "Das stimmt so nicht: die Schleife endet bei n",
    "Stimmt nicht",
    "Hm, das kompiliert nicht",
    "Aber dein Code funktioniert immer noch nicht",
    "Das geht so nicht.",
    "Du irrst dich, die Liste ist sortiert",
    "Es ist nicht, was ich wollte",
  ])("%s", (text) => expect(contradicts(text)).toBe(true));

  it.each([
    "",
    "What is wrong with this function?",
    "Why is that wrong in Python 2?",
    "No problem. And in Rust?",
    "no idea what a monad is, please explain",
    "Is that not slower?",
    "nothing is printed, why?",
    "Does it work with an empty list?",
    "It works. Now add a test",
    "Nein danke. Und in Rust?",
    "Was ist an dieser Funktion falsch?",
    "Ist das falsch?",
    "Nicht wahr? Das ist schön",
    "Das geht nicht aus dem Code hervor, oder?",
    "Falsche Eingaben: wie werden sie behandelt?",
    "Das funktioniert. Jetzt noch ein Test",
    "Notiere die Fälle",
  ])("not: %s", (text) => expect(contradicts(text)).toBe(false));
});
