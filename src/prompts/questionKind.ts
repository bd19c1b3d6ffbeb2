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
  words(`(?:return(?:ed)? )?(?:value|result|output) of${theCall}`),
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

/** Says where the call is looked at, as is clear without: "in the code above", "in Python 3". */
const here =
  "(?:given|consider|in|im|for|from|with|using|bei|mit)(?: (?:the|this|my|above|following|given|python|de[mnr]|diese[mnr]|obige[mnr]|folgende[mnr]))* " +
  "(?:code|function|file|snippet|program|script|funktion|datei|programm|skript)(?: (?:above|below|here|oben|unten|hier))?" +
  "|(?:in|with|using|under|unter|mit) python(?: ?\\d+(?:\\.\\d+)*)?|for me|für mich|above|below|here|now|oben|unten|hier|jetzt";
const courtesies =
  "hi|hello|hey|please|(?:many )?thanks(?: in advance)?|thank you(?: very much)?|hallo|bitte|danke(?: schön)?|vielen dank";

/** What leads to what a call returns, phrase by phrase: "Can you tell me what is the", "Kannst du mir sagen, was". */
const lead = new RegExp(
  `^(?:(?:${here}|${courtesies}` +
    "|(?:can|could|would) you|tell me|i (?:want|need)(?: to know)?|i would like to know|give(?: me)?|state|(?:answer|reply) with" +
    "|what(?: is|'s)?|which is|only|just|exactly|the(?: exact)?(?: python)?" +
    "|(?:kannst|könntest) du(?: mir)?|sagen?(?: mir)?|ich (?:will|möchte) wissen|nenne?(?: mir)?|gib(?: mir)?|antworte mit" +
    "|was(?: ist)?|welche[nrs] ist|wie (?:lautet|ist)|nur|genau|de[mnr](?: (?:genaue|exakte)[nr]?)?|d(?:as|ie)(?: (?:genaue|exakte))?" +
    ")(?: |$))*$",
  "u",
);
/** Says in which form that is wanted: "End with the exact Python value on a line of its own". */
const forms = wordSet(
  "a alone an and answer as at end exact exactly final give in it its itself just last line literal me my no nothing else of " +
    "on only own please python reply respond result output return say separate single state tell that the then this use " +
    "using value with write your " +
    "am an als anderes antwort antworte auf aus ausgabe bitte bloß das dem den der des die eigene eigenen eigener ein eine " +
    "einem einen einer ende ergebnis exakte exakten exakter gebe genau genaue genauen gib im letzte letzten mit nenne nichts " +
    "nur rückgabewert schreib schreibe sonst und weiteres wert zeile zurück",
);
/** In the sentence that asks for the value, these bring in another. */
const addition = wordSet("and of und");
const formSigns = [
  // "`Answer: VALUE`"
  /`[\p{L}* ]+:[^`\n]*`/gu,
  words(
    `${here}|${courtesies}|by itself|of its own|and nothing else|und nichts (?:sonst|weiter|weiteres|anderes)|` +
      "(?:no|without(?: any| an)?|don't|do not|ohne|keine)(?: weitere)? (?:expla(?:in|nations?)|erklärung(?:en)?|begründung(?:en)?)",
    "giu",
  ),
];
/** To be done with the code, not said of the value: "Write it as a single line". */
const task = words("(?:write|use|return) (?:it|this|that)|schreibe? (?:es|das)");

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

/** It is after what this call returns, or is said to output, not after what it prints and the like; maybe after more. */
export function asksForReturnValue(question: string, call: string): boolean {
  const asked = withSign(question, call);
  const own = asked.replace(/`[^`\n]*`|"[^"\n]*"/g, " ");
  return returned.some((pattern) => pattern.test(asked)) && !otherThanReturned.some((pattern) => pattern.test(own));
}

/**
 * Nothing is left of it when what asks for the call's value is taken out, and what says in which form that is wanted: no
 * "why", no second question, nothing to be written. A question in doubt asks for more: an answer that says too much is
 * better than half of one.
 */
export function asksForValueAlone(question: string, call: string): boolean {
  const asked = withSign(question, call);
  const found = returned.map((pattern) => pattern.exec(asked)).find((match) => match !== null);
  if (!found) return false;
  const before = asked.slice(0, found.index);
  const behind = formSigns.reduce((text, sign) => text.replace(sign, " "), asked.slice(found.index + found[0].length));
  const { 0: end, index: length } = /[.?!]+(?=\s|$)|$/.exec(behind)!;
  // "… what the value of f(3) is"
  const own = wordsOf(behind.slice(0, length).replace(/^ (?:is|ist)(?!\p{L})/u, ""));
  const later = behind.slice(length + end.length);
  if ([before, later].some((text) => text.includes("?")) || task.test(behind)) return false;
  const isForm = (word: string) => forms.has(word);
  return (
    lead.test(wordsOf(before).join(" ")) &&
    own.every((word) => isForm(word) && !addition.has(word)) &&
    wordsOf(later).every(isForm)
  );
}

/** What the call is given are no words of the question. */
function withSign(question: string, call: string): string {
  return question.replaceAll(`\`${call}\``, callSign).replaceAll(call, callSign);
}

/** An answer from the first thought would often be wrong. */
export function needsReasoning(question: string): boolean {
  return reasoning.some((pattern) => pattern.test(question));
}

/** It is after a number that has to be worked out. */
export function asksForAmount(question: string): boolean {
  return amount.some((pattern) => pattern.test(question));
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll("’", "'")
      .match(/[\p{L}\p{N}_\uE000]+(?:'\p{L}+)?/gu) ?? []
  );
}

function wordSet(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/** These alternatives as whole words. */
function words(alternatives: string, flags = "iu"): RegExp {
  return new RegExp(String.raw`(?<!\p{L})(?:${alternatives})(?!\p{L})`, flags);
}
