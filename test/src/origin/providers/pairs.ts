/** One row for each rule: an address as catalogues store it, a wish, and an address that must be among its candidates. */
import type { Size } from "../../../../src/image/picture.ts";
import type { Transform } from "../../../../src/request/transform.ts";

export type Pair = {
  readonly source: string;
  readonly wish: Partial<Transform>;
  readonly original?: Size | null;
  readonly candidate: string;
};

const square = (side: number): Partial<Transform> => ({ resize: "fill", width: side, height: side });
const WIKI = "https://upload.wikimedia.org/wikipedia";
const GOOGLE = "https://lh3.ggpht.com/yB8HooRMBe9S23VT2rW127FOGirb9X5_ErczTGMgfJ_3SfyjCj-w5yekHCPNmSxri-kf";
const NAPPY =
  "https://images.nappy.co/uploads/large/101591721349meykm7s6hvaswwvslpjrwibeyzru1fcxtxh0hf09cs7kdhmtptef4y3k4ua5z1bkyrbxov8tmagnafm8upwa3hxaxururtx7azaf.jpg";
const RAWPIXEL = "cHJpdmF0ZS9sci9pbWFnZXMvd2Vic2l0ZS8yMDIyLTA1L2ZsNDY0NDU5OTQ2MjQtaW1hZ2Uta3UyY21zcjUuanBn.jpg";
const ARK = "https://ids.si.edu/ids/deliveryService/id/ark:/65665/m3272d5bfa5716461fbf173e083887621c";
const PHYLOPIC = "https://images.phylopic.org/images/5b1e88b5-159d-495d-b8cb-04f9e28d2f02";
const SCIENCE = "https://coimages.sciencemuseumgroup.org.uk/images/57/370";
const THING = "https://cdn.thingiverse.com/renders/cd/2f/f4/ba/85/1892c3b6344dc168a18897359a0c97a9_display";
const FINNA = "https://api.finna.fi/Cover/Show?id=museovirasto.CC0641BB5337F541CBD19169838BAC1F&index=0&size=";

export const PAIRS = {
  flickr: {
    source: "https://live.staticflickr.com/65535/49514275848_981f23e5ea_b.jpg",
    wish: { width: 240 },
    candidate: "https://live.staticflickr.com/65535/49514275848_981f23e5ea_m.jpg",
  },
  wikimedia_raster: {
    source: `${WIKI}/commons/a/ab/Example.jpg`,
    wish: { width: 960 },
    candidate: `${WIKI}/commons/thumb/a/ab/Example.jpg/960px-Example.jpg`,
  },
  wikimedia_svg: {
    source: `${WIKI}/commons/8/80/Wikipedia-logo-v2.svg`,
    wish: { width: 960 },
    candidate: `${WIKI}/commons/thumb/8/80/Wikipedia-logo-v2.svg/960px-Wikipedia-logo-v2.svg.png`,
  },
  wikimedia_tiff: {
    source: `${WIKI}/commons/a/ab/Scan.tif`,
    wish: { width: 640 },
    candidate: `${WIKI}/commons/thumb/a/ab/Scan.tif/lossy-page1-960px-Scan.tif.jpg`,
  },
  wikimedia_webp: {
    source: `${WIKI}/commons/a/ab/Cat.webp`,
    wish: { width: 300 },
    candidate: `${WIKI}/commons/thumb/a/ab/Cat.webp/330px-Cat.webp.png`,
  },
  wikimedia_pdf_djvu: {
    source: `${WIKI}/commons/2/27/PDF_metadata.pdf`,
    wish: { width: 960 },
    candidate: `${WIKI}/commons/thumb/2/27/PDF_metadata.pdf/page1-960px-PDF_metadata.pdf.jpg`,
  },
  wikimedia_video: {
    source: `${WIKI}/commons/a/a2/Elephants_Dream_%282006%29.webm`,
    wish: { width: 960 },
    candidate: `${WIKI}/commons/thumb/a/a2/Elephants_Dream_%282006%29.webm/960px--Elephants_Dream_%282006%29.webm.jpg`,
  },
  wikimedia_thumb: {
    source: `${WIKI}/mediawiki/thumb/3/3f/Wikimedia_cluster.jpg/300px-Wikimedia_cluster.jpg`,
    wish: { width: 330 },
    candidate: `${WIKI}/mediawiki/thumb/3/3f/Wikimedia_cluster.jpg/330px-Wikimedia_cluster.jpg`,
  },
  iiif: {
    source: "https://iiif.wellcomecollection.org/image/V0013398.jpg/full/512,/0/default.jpg",
    wish: { width: 400 },
    candidate: "https://iiif.wellcomecollection.org/image/V0013398.jpg/full/!400,400/0/default.jpg",
  },
  smk: {
    source: "https://iip.smk.dk/iiif/jp2/KKSgb5100_34.TIF.jp2/full/!2048,/0/default.jpg",
    wish: { width: 400 },
    candidate: "https://iip.smk.dk/iiif/jp2/KKSgb5100_34.TIF.jp2/full/!400,/0/default.jpg",
  },
  smithsonian_q: {
    source: "https://ids.si.edu/ids/deliveryService?id=SIA-SIA2010-2358",
    wish: { width: 150 },
    candidate: "https://ids.si.edu/ids/deliveryService?id=SIA-SIA2010-2358&max=150",
  },
  smithsonian_ark: { source: ARK, wish: { width: 90 }, candidate: `${ARK}/90` },
  met: {
    source: "https://images.metmuseum.org/CRDImages/as/original/DP251139.jpg",
    wish: { width: 600 },
    candidate: "https://images.metmuseum.org/CRDImages/as/web-large/DP251139.jpg",
  },
  nasa: {
    source: "http://images-assets.nasa.gov/image/KSC-2011-2028/KSC-2011-2028~orig.jpg",
    wish: { width: 1600 },
    candidate: "https://images-assets.nasa.gov/image/KSC-2011-2028/KSC-2011-2028~large.jpg",
  },
  nypl: {
    source: "http://images.nypl.org/index.php?id=56738462&t=g&suffix=0cabe3d0-3d50-0134-a8e0-00505686a51c.001",
    wish: { width: 640 },
    candidate: "https://images.nypl.org/index.php?id=56738462&t=w",
  },
  europeana: {
    source: "https://example.org/image.jpeg",
    wish: { width: 200 },
    candidate: "https://api.europeana.eu/thumbnail/v3/400/d1299d035beb29c5b3b36e7f7c5c8610.jpg",
  },
  museumsvictoria: {
    source: "https://collections.museumsvictoria.com.au/content/media/0/329750-large.jpg",
    wish: { width: 640 },
    candidate: "https://collections.museumsvictoria.com.au/content/media/0/329750-small.jpg",
  },
  sciencemuseum: {
    source: `${SCIENCE}/large_A163983__0001_.jpg`,
    wish: { width: 320 },
    candidate: `${SCIENCE}/medium_A163983__0001_.jpg`,
  },
  clevelandmuseum: {
    source: "https://openaccess-cdn.clevelandart.org/1335.1917/1335.1917_print.jpg",
    wish: { width: 640 },
    candidate: "https://openaccess-cdn.clevelandart.org/1335.1917/1335.1917_web.jpg",
  },
  brooklynmuseum: {
    source: "https://d1lfxha3ugu3d4.cloudfront.net/images/opencollection/objects/size4/CUR.66.242.29.jpg",
    wish: { width: 320 },
    candidate: "https://d1lfxha3ugu3d4.cloudfront.net/images/opencollection/objects/size2/CUR.66.242.29.jpg",
  },
  finna: { source: `${FINNA}large`, wish: { width: 320 }, candidate: `${FINNA}medium` },
  inaturalist: {
    source: "https://inaturalist-open-data.s3.amazonaws.com/photos/184323039/original.jpg",
    wish: square(39),
    candidate: "https://inaturalist-open-data.s3.amazonaws.com/photos/184323039/square.jpg",
  },
  geograph: {
    source: "https://s1.geograph.org.uk/geophotos/07/78/55/7785509_8018f525_120x120.jpg",
    wish: { width: 640 },
    candidate: "https://s1.geograph.org.uk/geophotos/07/78/55/7785509_8018f525.jpg",
  },
  stocksnap: {
    source: "https://cdn.stocksnap.io/img-thumbs/960w/UCWLBKL1OL.jpg",
    wish: { width: 320 },
    candidate: "https://cdn.stocksnap.io/img-thumbs/280h/UCWLBKL1OL.jpg",
  },
  rawpixel: {
    source: `https://images.rawpixel.com/image_1300/${RAWPIXEL}`,
    wish: { width: 600 },
    candidate: `https://images.rawpixel.com/image_600/${RAWPIXEL}`,
  },
  nappy: { source: NAPPY, wish: { width: 600 }, candidate: `${NAPPY}?auto=format&w=600&q=75` },
  wordpress: {
    source: "https://pd.w.org/2022/05/203627f31f8770f03.61535278.jpg",
    wish: { width: 1024 },
    original: { width: 4000, height: 2667 },
    candidate: "https://pd.w.org/2022/05/203627f31f8770f03.61535278-1024x683.jpg",
  },
  phylopic: { source: `${PHYLOPIC}/source.svg`, wish: { width: 192 }, candidate: `${PHYLOPIC}/thumbnail/192x192.png` },
  google_lh3: { source: `${GOOGLE}=w300`, wish: { width: 640 }, candidate: `${GOOGLE}=s640` },
  thingiverse: { source: `${THING}_large.jpg`, wish: { width: 160 }, candidate: `${THING}_medium.jpg` },
  behance: {
    source: "https://mir-s3-cdn-cf.behance.net/project_modules/max_1200/fff91221123197.562fbe2b8d3fb.png",
    wish: { width: 300 },
    candidate: "https://mir-s3-cdn-cf.behance.net/project_modules/disp/fff91221123197.562fbe2b8d3fb.png",
  },
  digitaltmuseum: {
    source: "https://dms01.dimu.org/image/022wXiRkLJfN?dimension=1200x1200",
    wish: { width: 200 },
    candidate: "https://dms01.dimu.org/image/022wXiRkLJfN?dimension=400x400",
  },
  aucklandmuseum: {
    source: "https://api.aucklandmuseum.com/id/media/v/123456",
    wish: { width: 300 },
    candidate: "https://api.aucklandmuseum.com/id/media/v/123456?rendering=standard.jpg",
  },
} as const satisfies Record<string, Pair>;
