/**
 * Parts of the world -> their countries (ISO 3166-1 alpha-2). A part decides the region when the longitude is unknown. The
 * parts are the continents of Cloudflare's `request.cf.continent`, but Europe and Asia have a second part, which belongs to
 * another region: EE is Europe east of about 15 degrees, ME is the Middle East and the Caucasus.
 */
export const COUNTRIES = {
  AF: "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
  AN: "AQ BV GS HM TF",
  AS: "AF BD BN BT CC CN CX HK ID IN IO JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN",
  ME: "AE AM AZ BH GE IL IQ IR JO KW LB OM PS QA SA SY TR YE",
  EE: "AL AX BA BG BY CY CZ EE FI GR HR HU LT LV MD ME MK PL RO RS RU SK UA XK",
  EU: "AD AT BE CH DE DK ES FO FR GB GG GI IE IM IS IT JE LI LU MC MT NL NO PT SE SI SJ SM VA",
  NA: "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
  OC: "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
  SA: "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
} as const;

/** A part of the world: one of Cloudflare's seven continents, or EE or ME. */
export type WorldPart = keyof typeof COUNTRIES;

const PART_BY_COUNTRY: ReadonlyMap<string, WorldPart> = new Map(
  Object.entries(COUNTRIES).flatMap(([part, codes]) => codes.split(" ").map((code) => [code, part as WorldPart])),
);

/** ISO 3166-1 alpha-2 code in upper case -> its part, or undefined. `XX` (unknown) and `T1` (Tor) have none. */
export function worldPartOf(country: string): WorldPart | undefined {
  return PART_BY_COUNTRY.get(country);
}
