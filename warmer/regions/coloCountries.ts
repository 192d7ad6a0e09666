import { worldPartOf } from "../../src/coordinate/countries.ts";
import type { Place } from "../../src/coordinate/regions.ts";

/**
 * Countries (ISO 3166-1 alpha-2), each with the data centres of our table that stand in it: the country of the airport whose
 * IATA code the data centre has, from OurAirports (public domain, 2026-11).
 */
const COLOS_BY_COUNTRY = [
  "AE DXB, AL TIA, AM EVN, AO LAD, AR COR EZE NQN, AT VIE, AU ADL BNE CBR MEL PER SYD, AZ GYD LLK, BB BGI",
  "BD DAC, BE BRU, BG SOF, BH BAH, BO LPB",
  "BR ARU BEL BNU BSB CFC CGB CNF CWB FLN FOR GIG GRU JDO JOI MAO NVT PMW POA QWJ RAO REC SJK SJP SOD SSA UDI VCP XAP",
  "BT PBH, BW GBE, BY MSQ, CA YHZ YOW YUL YVR YWG YXE YYC YYZ, CH GVA ZRH, CI ASK, CL CCP SCL",
  "CO BAQ BOG CLO MDE, CR SJO, CY LCA, CZ PRG, DE DUS FRA HAM MUC STR, DJ JIB, DK CPH, DO SDQ STI",
  "DZ AAE ALG CZL ORN, EC GYE UIO, EE TLL, EG CAI, ES BCN MAD, FI HEL, FJ SUV, FR BOD CDG LYS MRS, GB LHR MAN",
  "GE TBS, GH ACC, GR ATH SKG, GT GUA, GU GUM, GY GEO, HK HKG, HN SAP TGU, HR ZAG, HU BUD, ID CGK JOG, IE DUB",
  "IL HFA TLV, IN AMD BLR BOM CCU CNN COK DEL HYD IXC KNU MAA NAG PAT, IQ BGW BSR EBL ISU NJF XNH, IS KEF",
  "IT FCO MXP PMO, JM KIN, JO AMM, JP FUK KIX NRT OKA, KE MBA NBO, KG FRU, KH PNH, KR ICN, KW KWI, KZ AKX ALA",
  "LA VTE, LB BEY, LK CMB, LT VNO, LU LUX, LV RIX, MD KIV, MG TNR, MN ULN, MO MFM, MU MRU, MV MLE",
  "MX GDL MEX QRO, MY KCH KUL, MZ MPM, NC NOU, NG LOS, NL AMS, NO OSL, NP KTM, NZ AKL CHC, OM MCT, PA PTY",
  "PE LIM, PF PPT, PH CEB CGY CRK MNL, PK ISB KHI LHE, PL WAW WRO, PR SJU, PS ZDM, PT LIS, PY ASU, QA DOH",
  "RE RUN, RO OTP, RS BEG, RU DME KJA LED, RW KGL, SA DMM JED RUH, SE ARN GOT, SG SIN, SK BTS, SN DKR, SR PBM",
  "TH BKK CNX URT, TN TUN, TR ADB IST, TT POS, TW KHH TPE, TZ DAR, UA KBP, UG EBB",
  "US ABQ ATL AUS BGR BNA BOS BUF CLE CLT CMH DEN DFW DTW EWR FSD HNL IAD IAH IND LAS LAX MCI MEM MIA MSP OKC OMA ORD PDX PHL PHX PIT RDU RIC SAN SAT SEA SJC SLC SMF STL TLH TPA",
  "VN DAD HAN SGN, ZA CPT DUR JNB, ZM LUN, ZW HRE",
];

/** Cloudflare's continents have no part of their own for these two. */
const CONTINENT_OF_PART: Readonly<Record<string, string>> = { EE: "EU", ME: "AS" };

/** Every data centre with its country and continent. */
const PLACES: readonly Required<Pick<Place, "colo" | "country" | "continent">>[] = COLOS_BY_COUNTRY.flatMap((row) =>
  row.split(", ").flatMap((entry) => {
    const [country = "", ...colos] = entry.split(" ");
    const part = worldPartOf(country) ?? "";
    return colos.map((colo) => ({ colo, country, continent: CONTINENT_OF_PART[part] ?? part }));
  }),
);

/** The country of a data centre, by its code in upper case; undefined if the table does not have it. */
export function countryOf(code: string): string | undefined {
  return PLACES.find(({ colo }) => colo === code)?.country;
}

/** The data centres of a country or continent, by its code in upper case. None where there are none. */
export function colosOf(field: "country" | "continent", code: string): readonly Place[] {
  return PLACES.filter((place) => place[field] === code);
}
