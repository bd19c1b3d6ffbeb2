/**
 * Whether a follow-up says that the answer before it was wrong: a punishment to learn from. It has to begin so, or say so
 * in few words; a question about something that is wrong in the code is no contradiction. In the languages that Hunch
 * speaks.
 */

/** At the beginning, perhaps after a word of hesitation. */
const opening =
  /^(?:(?:hm+|but|sorry|well|er|nope|no)[,.!\s]+)*(?:no|nope|wrong|incorrect|false|not (?:true|right|correct)|(?:that|this|it|your (?:answer|code))(?:['’]?s|\s+is|\s+was|\s+looks)?\s+(?:wrong|incorrect|false|not\s+(?:right|true|correct|what)|broken)|(?:that|this|it)\s+(?:(?:still\s+)?(?:does not|doesn['’]?t|did not|didn['’]?t)\s+(?:work|compile|run|help)|still\s+fails|fails)|you(?:['’]re|\s+are)\s+(?:wrong|mistaken))\b/i;
/** "No" begins polite questions too: "No problem", "No idea why …". */
const harmless = /^no\s+(?:problem|worries|idea|need|thanks|thank you|matter|one|more)\b/i;

/** The same in German. "Das geht nicht" is one only alone: "… aus dem Code hervor" may follow. */
const germanOpening =
  /^(?:(?:hm+|aber|nee|nö|nein|leider|sorry)[,.!\s]+)*(?:nein|nee|nö|falsch|unsinn|nicht (?:richtig|korrekt)|stimmt (?:so )?nicht|(?:das|dies|es|(?:deine|die) antwort|dein code)\s+(?:ist|war)\s+(?:leider\s+|so\s+|immer noch\s+)*(?:falsch|verkehrt|kaputt|nicht,?\s+(?:richtig|wahr|korrekt|was))|(?:das|dies|es|dein code)\s+(?:stimmt|funktioniert|kompiliert|läuft|hilft|klappt)\s+(?:leider\s+|so\s+|immer noch\s+)*nicht|das\s+geht\s+(?:so\s+|immer noch\s+)?nicht(?=\s*(?:[.,;:!–-]|$))|du\s+(?:irrst|liegst\s+falsch))(?!\p{L})/iu;
const germanHarmless = /^(?:nein|nee|nö)[,\s]+(?:danke|schon gut)(?!\p{L})/iu;

export function contradicts(followUp: string): boolean {
  const text = followUp.trim();
  return (opening.test(text) && !harmless.test(text)) || (germanOpening.test(text) && !germanHarmless.test(text));
}
