/**
 * The inclusion table: which labels and tags of machines may be kept. A machine must not say a person's age, gender, race,
 * nationality, orientation or marital state. isIncluded.ts applies it. The words are English. Pure data.
 */

type Exclusion = {
  /** A label is excluded when one of its words is here. Plurals are found too. */
  readonly words: readonly string[];
  /** A label is excluded when these words stand in it one after the other. */
  readonly phrases: readonly string[];
  /** A label is excluded when it is this and nothing else. Inside another label such a word says something else. */
  readonly whole: readonly string[];
  /** A label is excluded when one of its words is here, unless a word of `THINGS` follows: `old town`, `french bulldog`. */
  readonly adjectives: readonly string[];
  /** A label is excluded when one of its words is here, unless a word of `THINGS` stands beside it: `race car`, `boat race`. */
  readonly nouns: readonly string[];
};

const list = (text: string): readonly string[] => text.trim().split(/\s+/);
const lines = (text: string): readonly string[] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim());

export const EXCLUDED = {
  age: {
    words: list(`adolescent adult babies baby boyhood child childhood children elderly grandchild grandchildren
      grandparent granny grownup infant juvenile kid newborn octogenarian pensioner preschooler preteen
      retiree schoolchild schoolchildren schoolkid teen teenage teenager toddler tween youngster youth
      youthful`),
    phrases: lines(`new born
      grown up
      old age
      middle age
      old people
      young people
      senior citizen`),
    whole: list("age"),
    adjectives: list("aged elder old older senior young younger"),
    nouns: list("minor"),
  },
  gender: {
    words: list(`actress androgynous aunt ballerina boy boyfriend bridesmaid brother cowboy cowgirl crossdresser dad
      daddy daughter dude effeminate father fatherhood gal female feminine femininity gender genderqueer
      gentleman gentlemen girl girlfriend godfather godmother granddaughter grandfather grandma grandmother
      grandpa grandson guy heiress heroine hostess housewife housewives intersex lad ladies lady landlady lass
      male mama man manhood masculine masculinity men mom mommy mother motherhood mum nephew niece nonbinary
      seamstress sister son stepbrother stepdaughter stepfather stepmother stepsister stepson stewardess
      transgender transsexual transvestite uncle waitress woman womanhood women`),
    phrases: lines(`non binary
      drag queen
      trans person
      trans people`),
    whole: list("baroness countess duchess empress king nun monk prince princess queen sex trans"),
    adjectives: [],
    nouns: [],
  },
  race: {
    words:
      list(`aboriginal biracial caucasian ethnic ethnicity eurasian gypsy hispanic indigenous interracial inuit kurd latina
      latino latinx maori melanesian mestizo micronesian mulatto multiracial negro polynesian racial romani slavic`),
    phrases: lines(`black people
      black person
      brown people
      mixed race
      people of color
      people of colour
      person of color
      person of colour
      white people
      white person`),
    whole: [],
    adjectives: list("african arab arabian asian jewish kurdish maasai tamil zulu"),
    nouns: list("race"),
  },
  nationality: {
    words: list(`argentinian bulgarian citizenship croat expat expatriate filipino filipina foreigner immigrant iranian
      iraqi israeli kenyan migrant nationality nigerian pakistani refugee romanian serb spaniard syrian
      ukrainian`),
    phrases: [],
    whole: list("citizen national"),
    adjectives: list(`afghan albanian algerian american angolan armenian australian austrian azerbaijani bangladeshi
      belarusian belgian bolivian bosnian brazilian british burmese cambodian cameroonian canadian chilean
      chinese colombian congolese croatian cuban cypriot czech danish dominican dutch ecuadorian egyptian
      english eritrean estonian ethiopian fijian finnish french georgian german ghanaian greek guatemalan
      haitian honduran hungarian icelandic indian indonesian irish italian ivorian jamaican japanese jordanian
      kazakh korean kosovar kuwaiti kyrgyz laotian latvian lebanese liberian libyan lithuanian macedonian
      malagasy malawian malaysian malian maltese mauritian mexican moldovan mongolian montenegrin moroccan
      mozambican namibian nepalese nepali nicaraguan norwegian omani palestinian panamanian paraguayan
      peruvian portuguese qatari russian rwandan salvadoran samoan saudi scottish senegalese serbian
      singaporean slovak slovenian somali spanish sudanese swedish swiss taiwanese tajik tanzanian thai
      tibetan togolese tunisian turkish turkmen ugandan uruguayan uzbek venezuelan vietnamese welsh yemeni
      zambian zimbabwean`),
    nouns: list("polish"),
  },
  orientation: {
    words: list(`asexual bisexual bisexuality gay heterosexual heterosexuality homosexual homosexuality lesbian
      lesbianism lgbt lgbtq lgbtqia pansexual queer sexuality`),
    phrases: lines(`pride flag
      pride march
      pride parade
      same sex
      sexual orientation`),
    whole: list("orientation pride"),
    adjectives: list("straight"),
    nouns: [],
  },
  marital: {
    words:
      list(`bachelor bachelorette betrothed bride bridegroom divorced divorcee fiance fiancee groom husband marital married
      newlywed remarried spouse unmarried widow widowed widower wife wives`),
    phrases: [],
    whole: list("engagement"),
    adjectives: list("engaged single"),
    nouns: [],
  },
} as const satisfies Readonly<Record<string, Exclusion>>;

/** A word that ends in one of these is excluded: `policeman`, `snowboarder girl`, `fisherwomen`. */
export const EXCLUDED_ENDINGS = list("man men woman women boy girl");

/** Words with such an ending that name no person's gender. */
export const OTHER_ENDINGS: ReadonlySet<string> = new Set(
  list(`abdomen acumen bitumen caiman cayman cyclamen doberman dolmen german human lumen norman oman omen ottoman ramen
    regimen roman shaman snowman specimen stamen superhuman talisman yemen`),
);

/** Nouns that name no person. Beside one of them, an adjective tells of the thing. */
export const THINGS: ReadonlySet<string> = new Set([
  ...list(`abbey aircraft airplane architecture barn bed bicycle bike boat book bottle bridge building bus cabin
      camera car castle cathedral cemetery center centre chapel church city clock coast coin computer cottage
      document door factory farm fence fort gate harbor harbour highway hotel house ladder lighthouse line
      locomotive machine map mill monastery monument motorcycle museum neighborhood newspaper oven paper photo
      photograph picture pier plane pottery radio railway razor road ruin school ship sign station stone
      street telephone temple tower town tractor train truck typewriter university village wall window wood`),
  ...list(`bath beer bread breakfast cake cheese coffee cuisine delight dish food fries pastry salad sausage tea toast
    whiskey whisky wine malt`),
  ...list(`animal antelope bird bison buffalo bull bulldog bullfrog calf cat cattle cobra cow crane cricket
      crocodile deer dog dolphin donkey duck eagle elephant fish foal fox frog goat goose gull hare hedgehog
      heron horse kingfisher hound deerhound elkhound foxhound wolfhound leopard lion lizard lobster monkey
      moth mule otter owl ox oxen parrot penguin pig pinscher pony puppy rabbit retriever robin rooster setter
      sheep sheepdog shorthair spaniel sparrow squirrel stag swan terrier tiger tortoise turkey turtle vulture
      wildcat wolf wren zebra`),
  ...list(`apple blossom bush chestnut crop elm fern flower forest fruit garden grass grove lantern leaf leaves
    maple moss oak pear pine plant tree tulip vine violet`),
  ...list(`channel desert island lake landscape moon mountain ocean planet river sea sun valley waterfall world`),
  ...list(`course finish floor football horn league nail number shoe track`),
]);
