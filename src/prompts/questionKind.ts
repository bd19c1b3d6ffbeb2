/**
 * What the words of a question tell of the thought it needs, in the languages that Hunch speaks. Rules that can be seen and
 * argued with; a question in another language is an ordinary one. Pure.
 */

/** "What does f(3) return?", "which output …". */
const value = [
  /\b(what|which)\b.*\b(returns?|prints?|outputs?|results?|values?|evaluates?)\b|\boutput of\b/i,
  // "Was gibt f(3) zurück?", "Welchen Wert hat x?"; not "Was gibt es …". Letters beyond ASCII are none to \b.
  words(
    String.raw`(?:was|welche[nrsm]?|wie lautet|wie ist)(?!\p{L}).*(?<!\p{L})(?:gibt(?! es).*(?<!\p{L})(?:zurück|aus)|liefert|ergibt|druckt|(?:zurück|aus)gegeben|(?:zurück|aus)gibt|rückgabewerte?|werte?|ergebnis(?:se)?|ausgaben?|(?:he)?rauskommt|kommt.*(?<!\p{L})(?:he)?raus)`,
  ),
  words("ausgabe von"),
];

/** Stands for the call that a question names: no text has it. */
const callSign = "\uE000";
/** What may stand in front of it: "the call", "calling the function", "des Aufrufs". */
const theCall = `(?: (?:the|this|call(?:ing)?|function|method|expression|running|executing|evaluating|to|bei|von|de[mnrs]|die|das|diese[mnrs]?|aufrufs?|funktion|methode|ausdrucks?))* ${callSign}`;

/** "What does … return?", "the value of …"; "Welchen Wert liefert …?", "Was gibt … zurück?", "das Ergebnis von …". */
const returned = [
  words(
    `(?:what|(?:what|which) (?:exact |return )?value) (?:does|do|did|will|would|should)${theCall} (?:return|evaluate to)`,
  ),
  words(`(?:value|result|output) of${theCall}`),
  words(`(?:was|welche[nrs] (?:rückgabe)?(?:wert|ergebnis)) (?:liefert|ergibt|hat)${theCall}`),
  words(
    `(?:was|welche[nrs] (?:rückgabe)?(?:wert|ergebnis)) (?:gibt|kommt|wird)${theCall} (?:zurück(?:gegeben)?|(?:he)?raus)`,
  ),
  words(`(?:(?:rückgabe)?wert|ergebnis|ausgabe) (?:von|des|der)${theCall}`),
];

/** Not what it prints, raises or is of type, nor what it would return under some condition. */
const otherThanReturned = [
  /\b(types?|prints?|printed|raises?|throws?|exceptions?|errors?|if|when|unless|which values)\b/i,
  words("typ|datentyp|druckt|ausnahmen?|fehler|wirft|wenn|falls|welche werte"),
];

const reasons = [
  /\b(why|how|explain|explanation|describe|reasons?|because|steps?)\b/i,
  words(
    "warum|wieso|weshalb|wie(?! (?:lautet|ist))|erklär\\p{L}*|beschreib\\p{L}*|begründ\\p{L}*|gründe|grund|schritt\\p{L}*",
  ),
];

const reasoning = [
  /\b(why|prove|bugs?|wrong|fails?|failing|races?|deadlocks?|complexity|big-?o|optimi[sz]e|trade-?offs?|compare|correct)\b/i,
  words(
    "warum|wieso|weshalb|beweisen?|fehler|falsch|fehlschlägt|schlägt.*fehl|scheitert|verklemmung|komplexität|optimieren?|abwägung|vergleichen?|korrekt|richtig",
  ),
];

const amount = [
  /\bhow (many|much|long|often|far|old|fast|large|big)\b|\b(calculate|compute|average|per ?cent(age)?|in total)\b/i,
  words(
    "wie ?viele?[nr]?|wie (?:lange|oft|weit|alt|schnell|hoch|groß)|berechnen?|ausrechnen|durchschnitt|prozent|insgesamt",
  ),
];

/** It is after a value that code computes. */
export function asksForValue(question: string): boolean {
  return value.some((pattern) => pattern.test(question));
}

/** It is after what this call returns, or is said to output, and after nothing else. */
export function asksForReturnValue(question: string, call: string): boolean {
  // What the call is given are no words of the question.
  const asked = question.replaceAll(`\`${call}\``, callSign).replaceAll(call, callSign);
  const own = asked.replace(/`[^`\n]*`|"[^"\n]*"/g, " ");
  return returned.some((pattern) => pattern.test(asked)) && !otherThanReturned.some((pattern) => pattern.test(own));
}

/** It wants to be told more than the value: why, or how. */
export function asksForReasons(question: string): boolean {
  // The words of a string that a call is given are none of the question's.
  const words = question.replace(/`[^`\n]*`|"[^"\n]*"|'[^'\n]*'/g, " ");
  return reasons.some((pattern) => pattern.test(words));
}

/** An answer from the first thought would often be wrong. */
export function needsReasoning(question: string): boolean {
  return reasoning.some((pattern) => pattern.test(question));
}

/** It is after a number that has to be worked out. */
export function asksForAmount(question: string): boolean {
  return amount.some((pattern) => pattern.test(question));
}

/** These alternatives as whole words. */
function words(alternatives: string): RegExp {
  return new RegExp(String.raw`(?<!\p{L})(?:${alternatives})(?!\p{L})`, "iu");
}
