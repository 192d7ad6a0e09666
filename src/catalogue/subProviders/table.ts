/**
 * The sources within a provider, as data. A provider (Flickr) collects pictures of many owners; some owners (NASA) are a
 * source of their own in the catalogue. Names and codes as in Openverse's provider_details.py, read 2026-11. Pure.
 */

/** An account of Flickr. The id (NSID) never changes. The alias in its addresses may change, so every known one is listed. */
export type FlickrAccount = { readonly nsid: string; readonly aliases: readonly string[]; readonly name: string };

/**
 * What tells that a picture belongs to the source. `account`: the owner on Flickr. `data_provider`: meta_data.dataProvider
 * (or data_providers) of Europeana. `unit_code`: meta_data.unit_code of the Smithsonian. `building`: meta_data.building of
 * Finna, the museums of Finland.
 */
export type SubProvider =
  | { readonly provider: "flickr"; readonly by: "account"; readonly accounts: readonly FlickrAccount[] }
  | { readonly provider: "europeana"; readonly by: "data_provider"; readonly values: readonly string[] }
  | { readonly provider: "smithsonian"; readonly by: "unit_code"; readonly values: readonly string[] }
  | { readonly provider: "finnishmuseums"; readonly by: "building"; readonly values: readonly string[] };

const flickr = (...accounts: readonly FlickrAccount[]) => ({ provider: "flickr", by: "account", accounts }) as const;
const smithsonian = (...values: readonly string[]) => ({ provider: "smithsonian", by: "unit_code", values }) as const;
const finnish = (...values: readonly string[]) => ({ provider: "finnishmuseums", by: "building", values }) as const;

/** By the name of the source. */
export const SUB_PROVIDERS = {
  nasa: flickr(
    { nsid: "24662369@N07", aliases: ["gsfc"], name: "NASA Goddard Photo and Video" },
    { nsid: "35067687@N04", aliases: ["nasahqphoto"], name: "NASA HQ PHOTO" },
    { nsid: "29988733@N04", aliases: ["nasa2explore"], name: "NASA Johnson" },
    { nsid: "28634332@N05", aliases: ["nasamarshall"], name: "NASA's Marshall Space Flight Center" },
    { nsid: "108488366@N07", aliases: ["nasakennedy"], name: "NASA Kennedy" },
    { nsid: "136485307@N06", aliases: ["projectapolloarchive"], name: "Project Apollo Archive" },
  ),
  bio_diversity: flickr({
    nsid: "61021753@N02",
    aliases: ["biodivlibrary"],
    name: "Biodiversity Heritage Library",
  }),
  // The account was renamed: older addresses have `spacexphotos`.
  spacex: flickr({ nsid: "130608600@N05", aliases: ["spacex", "spacexphotos"], name: "Official SpaceX Photos" }),
  woc_tech: flickr({ nsid: "136629440@N06", aliases: ["wocintechchat"], name: "WOCinTech Chat" }),
  // Of the next three no alias was found in a public source. Their creator addresses in the catalogue have the NSID.
  valence_romans: flickr({ nsid: "150408343@N02", aliases: [], name: "Valence Romans Agglomeration Media Library" }),
  east_riding: flickr({ nsid: "138361426@N08", aliases: [], name: "East Riding Archives" }),
  archief_alkmaar: flickr({ nsid: "98304311@N03", aliases: [], name: "Regionaal Archief Alkmaar" }),
  bib_gulbenkian: flickr({ nsid: "26577438@N06", aliases: ["biblarte"], name: "Gulbenkian Art Library" }),

  wellcome_collection: { provider: "europeana", by: "data_provider", values: ["Wellcome Collection"] },

  smithsonian_national_museum_of_natural_history: smithsonian(
    ...["NMNHANTHRO", "NMNHBIRDS", "NMNHBOTANY", "NMNHEDUCATION", "NMNHENTO", "NMNHFISHES", "NMNHHERPS", "NMNHINV"],
    ...["NMNHMAMMALS", "NMNHMINSCI", "NMNHPALEO"],
  ),
  smithsonian_anacostia_museum: smithsonian("ACM"),
  smithsonian_cooper_hewitt_museum: smithsonian("CHNDM"),
  smithsonian_field_book_project: smithsonian("FBR"),
  smithsonian_freer_gallery_of_art: smithsonian("FSG"),
  smithsonian_gardens: smithsonian("HAC", "OFEO-SG"),
  smithsonian_hirshhorn_museum: smithsonian("HMSG"),
  smithsonian_air_and_space_museum: smithsonian("NASM"),
  smithsonian_african_american_history_museum: smithsonian("NMAAHC"),
  smithsonian_american_history_museum: smithsonian("NMAH"),
  smithsonian_american_indian_museum: smithsonian("NMAI"),
  smithsonian_african_art_museum: smithsonian("NMAfA"),
  smithsonian_portrait_gallery: smithsonian("NPG"),
  smithsonian_postal_museum: smithsonian("NPM"),
  smithsonian_zoo_and_conservation: smithsonian("NZP"),
  smithsonian_american_art_museum: smithsonian("SAAM"),
  smithsonian_institution_archives: smithsonian("SIA"),
  smithsonian_libraries: smithsonian("SIL"),
  smithsonian_ralph_rinzler_archive: smithsonian("CFCHFOLKLIFE"),

  national_museum_of_finland: finnish("0/Suomen kansallismuseo/"),
  finnish_heritage_agency: finnish("0/Museovirasto/"),
  finnish_satakunnan_museum: finnish("0/SATMUSEO/"),
  finnish_military_museum: finnish("0/SA-kuva/"),
} as const satisfies Readonly<Record<string, SubProvider>>;

export type SubProviderName = keyof typeof SUB_PROVIDERS;
