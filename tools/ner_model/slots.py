"""What the slots of the templates draw from beside names: written for EmoCurate, or facts that anybody may list."""

ADDRESS_LOCALES = (
    "en_US",
    "en_GB",
    "en_CA",
    "en_AU",
    "en_IN",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "nl_NL",
    "pl_PL",
    "sv_SE",
)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", "|").split("|") if part.strip())


RELATIONS = _lines("""husband|wife|partner|boyfriend|girlfriend|fiance|fiancé|ex|ex-husband|ex wife|mother|mom|mum|father|dad
brother|sister|little sister|older brother|twin|son|daughter|stepson|stepdaughter|stepmother|stepdad|uncle|aunt|cousin
nephew|niece|grandmother|grandma|grandfather|grandpa|nan|friend|best friend|bestie|roommate|flatmate|boss|manager
supervisor|coworker|colleague|teacher|coach|therapist|counselor|psychiatrist|case worker|sponsor|neighbour|neighbor
mother-in-law|father in law|sister-in-law|foster mum|godfather|bf|gf|crush|housemate|classmate|landlord|pastor|carer""")
FEELINGS = _lines("""sad|lonely|anxious|hopeless|numb|empty|so tired|angry|scared|worthless|guilty|ashamed|overwhelmed|lost
depressed|a bit better|confused|jealous|desperate|suicidal|stressed|panicky|stuck|hurt|broken|okay|calm|like a failure
like nobody cares|on edge|burned out|exhausted|nervous|happy|afraid|worried""")
TIMES = _lines("""last week|yesterday|two years ago|last night|this morning|last summer|in May|on Friday|a month ago|in 2019
since March|last Christmas|when I was 12|for months|on Tuesday|three weeks ago|today|after the accident|in college|lately""")
LEFT = _lines("""left me|died|passed away|moved out|cheated on me|killed himself|was arrested|got married|ghosted me
broke up with me|hit me|lied to me|disappeared|is in rehab|is in the hospital|got sick|wants a divorce|won't speak to me""")
JOBS = _lines("""nurse|teacher|truck driver|cashier|software engineer|lawyer|waitress|barista|paramedic|student|chef|plumber
social worker|police officer|firefighter|accountant|manager|writer|painter|farmer|designer|doctor|scientist|musician""")
DRUGS = _lines("""Prozac|Zoloft|Lexapro|Wellbutrin|Abilify|Xanax|Ativan|Klonopin|Celexa|Effexor|Cymbalta|Paxil|Lithium|Lamictal
Seroquel|Zyprexa|Risperdal|Adderall|Ritalin|Vyvanse|Concerta|Strattera|Buspar|Trazodone|sertraline|fluoxetine|citalopram
escitalopram|venlafaxine|duloxetine|mirtazapine|Remeron|bupropion|quetiapine|olanzapine|risperidone|aripiprazole|lorazepam
diazepam|Valium|alprazolam|clonazepam|propranolol|hydroxyzine|gabapentin|Latuda|Depakote|Tegretol|Haldol|clozapine|Ambien
melatonin|Trintellix|Pristiq|Viibryd|Luvox|Anafranil|amitriptyline|Suboxone|methadone|naltrexone|Antabuse|ketamine|Spravato""")
THERAPIES = _lines("""CBT|DBT|EMDR|ACT|Cognitive Behavioral Therapy|cognitive behavioural therapy|Dialectical Behavior Therapy
Acceptance and Commitment Therapy|psychodynamic therapy|Gestalt therapy|Internal Family Systems|IFS|Schema Therapy|IPT
Emotionally Focused Therapy|EFT|Motivational Interviewing|Exposure and Response Prevention|ERP|Somatic Experiencing
Mindfulness-Based Stress Reduction|MBSR|Solution-Focused Brief Therapy|Narrative Therapy|Play Therapy|Art Therapy|Reiki
Person-Centered Therapy|Rational Emotive Behavior Therapy|REBT|Brainspotting|Neurofeedback|Couples Counseling|ECT|TMS
Imago Relationship Therapy|Logotherapy|Psychoanalysis|Family Therapy|Group Therapy|Trauma-Focused CBT|yoga|Inner Child Work""")
SCALES = _lines("""PHQ-9|GAD-7|Beck Depression Inventory|BDI-II|Hamilton scale|Hamilton Rating Scale|HAM-D|MADRS|Edinburgh
Postnatal Depression Scale|EPDS|AUDIT|CAGE|Columbia Suicide Severity Rating Scale|C-SSRS|PCL-5|Y-BOCS|MMPI|DASS-21|K10
Rosenberg Self-Esteem Scale|Young Mania Rating Scale|Conners|ASRS|MoCA|Mini-Mental|WAIS|Rorschach|Myers-Briggs|Enneagram
Holmes and Rahe scale|Likert scale|Glasgow Coma Scale|Epworth Sleepiness Scale|Pittsburgh Sleep Quality Index|SF-36|ORS""")
THEORISTS = _lines("""Freud|Sigmund Freud|Carl Jung|Jung|Carl Rogers|Rogers|Aaron Beck|Beck|Albert Ellis|Marsha Linehan|Linehan
John Gottman|Gottman|Viktor Frankl|Frankl|Irvin Yalom|Yalom|Bowlby|John Bowlby|Ainsworth|Erikson|Piaget|Maslow|Skinner|Pavlov
Brené Brown|Bessel van der Kolk|Gabor Maté|Peter Levine|Judith Herman|Adler|Winnicott|Kübler-Ross|Seligman|Bandura|Satir
Virginia Satir|Sue Johnson|Esther Perel|Kabat-Zinn|Kristin Neff|Steven Hayes|Francine Shapiro|Fritz Perls|Rollo May""")
HELP = _lines("""the Samaritans|Samaritans|SAMHSA|NAMI|Crisis Text Line|the Suicide Prevention Lifeline|Lifeline|RAINN|Childline
Alcoholics Anonymous|Al-Anon|Narcotics Anonymous|the Trevor Project|Mind|Shout|Beyond Blue|Kids Help Phone|Refuge|Papyrus
the National Domestic Violence Hotline|Relate|Cruse|Beat|Women's Aid|the Veterans Crisis Line|Rethink|headspace|SANE|PFLAG
Planned Parenthood|Psychology Today|the NHS|CAMHS|Adult Protective Services|CPS|Befrienders|MHA|Mental Health America""")
WORDS = _lines("fucking|very|really|damn|freaking|goddamn|always|totally|just")
MONTHS = _lines("January|February|March|April|May|June|July|August|September|October|November|December")
DAYS = _lines("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
GRADES = _lines("freshman|junior|senior|sophomore|teacher|student|Year 9 pupil|10th grader")

NATIONALITIES = _lines("""Indian|Australian|Greek|American|British|English|Irish|Scottish|German|French|Spanish|Italian|Polish|Russian|Chinese
Japanese|Korean|Vietnamese|Mexican|Brazilian|Nigerian|Kenyan|Ghanaian|Egyptian|Turkish|Iranian|Israeli|Canadian|Swedish|Dutch|Danish
European|African|Asian|Latino|Hispanic|Austrian|Portuguese|Ukrainian|Pakistani|Filipino|Jamaican|Cuban|Swiss|Norwegian|Finnish""")
SYLLABLES = _lines(
    "za|ver|tri|no|lex|qua|mi|zen|ora|pax|lu|do|vin|tel|syn|ark|opt|bri|net|flo|gen|ba|kin|ro|sta|cu|log|ix|ara|um|eon|ify|ly|io"
)

PLAIN = {
    "nat": NATIONALITIES,
    **{
        "rel": RELATIONS,
        "feel": FEELINGS,
        "time": TIMES,
        "left": LEFT,
        "job": JOBS,
        "drug": DRUGS,
        "therapy": THERAPIES,
    },
    **{
        "scale": SCALES,
        "theorist": THEORISTS,
        "helporg": HELP,
        "word": WORDS,
        "month": MONTHS,
        "day": DAYS,
        "grade": GRADES,
    },
}

REGIONS = _lines("""Texas|California|Ohio|the UK|the US|the USA|USA|UK|England|Scotland|Wales|Ireland|Ontario|Quebec|Kerala|Punjab
Bavaria|Yorkshire|Kent|Sussex|Cornwall|Queensland|NSW|Victoria|Tasmania|Hawaii|Alaska|Puerto Rico|Europe|Africa|Asia|India
Nigeria|Ghana|Kenya|Pakistan|Bangladesh|China|Japan|Korea|Mexico|Brazil|Germany|France|Spain|Italy|Poland|Ukraine|Russia|Iran
Iraq|Syria|Afghanistan|Turkey|Egypt|South Africa|New Zealand|Australia|Canada|the Philippines|Vietnam|Indonesia|Lagos State
the Midwest|Southern California|Northern Ireland|the Bay Area|Long Island|New England|the Bronx|Silicon Valley""")
TOWNS = _lines("""Boston|Chicago|Seattle|Denver|Austin|Portland|Phoenix|Atlanta|Miami|Houston|Dallas|Detroit|Cleveland|Tulsa
Boise|Omaha|Fresno|Reno|Spokane|Brooklyn|Queens|Manhattan|Harlem|Hoboken|Springfield|Akron|Dayton|Toledo|Fort Wayne|El Paso
London|Manchester|Leeds|Bristol|Glasgow|Edinburgh|Cardiff|Belfast|Dublin|Cork|Hull|Bradford|Croydon|Hackney|Brixton|Brighton
Toronto|Vancouver|Calgary|Winnipeg|Halifax|Sydney|Melbourne|Perth|Adelaide|Brisbane|Auckland|Mumbai|Delhi|Pune|Chennai
Kolkata|Hyderabad|Lahore|Karachi|Dhaka|Lagos|Abuja|Accra|Nairobi|Kampala|Johannesburg|Cape Town|Durban|Cairo|Beirut|Tehran
Istanbul|Berlin|Hamburg|Munich|Paris|Lyon|Madrid|Barcelona|Rome|Milan|Warsaw|Prague|Vienna|Moscow|Kyiv|Tokyo|Osaka|Seoul
Beijing|Shanghai|Hong Kong|Singapore|Manila|Jakarta|Bangkok|Hanoi|Saigon|Reading|Bath|Nice|Mobile|Orange|Lincoln|Jackson
Madison|Charlotte|Savannah|Eugene|Flint|Gary|Salem|Troy|Utica|St. Louis|St Albans|Stoke-on-Trent|Milton Keynes|San Jose
Los Angeles|LA|NYC|New York|New York City|San Francisco|SF|Las Vegas|Vegas|DC|Washington, DC|Philly|New Orleans|San Diego""")
STATES = _lines(
    "AL|AK|AZ|CA|CO|CT|FL|GA|IA|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|NC|NE|NJ|NM|NV|NY|OH|OK|OR|PA|SC|TN|TX|UT|VA|WA|WI|WV"
)
POSTCODES = _lines(
    "SW1A 2AA|M1 4BT|LS2 9JT|EC1V 9HX|B15 2TT|K1A 0B1|V6B 4Y8|2000|3121|75008|10115|CF10 3AT|BT7 1NN|EH1 1YZ|D02 X285"
)
STREETS = _lines("""Maple|Oak|Elm|Pine|Cedar|Main|High|Church|Mill|Park|Station|Victoria|Queen|King|Washington|Lincoln|Jefferson
Lake|River|Sunset|Ridge|Forest|Meadow|Spring|Green|North|West|1st|2nd|5th|42nd|Cherry|Willow|Chestnut|Orchard|Abbey""")
STREET_KINDS = _lines("""Street|St|St.|Road|Rd|Rd.|Avenue|Ave|Ave.|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Terrace|Way|Close
Crescent|Circle|Parkway|Square|Highway|Gardens|Trail|Row|Grove|Bridge""")
SCHOOL_NAMES = _lines(
    "Lincoln|Washington|Roosevelt|St. Mary's|St Joseph's|Holy Cross|Riverside|Westview|Oakwood|Northside|Jefferson|Kennedy"
)
SCHOOL_KINDS = _lines("""High School|High|Middle School|Elementary|Elementary School|Primary School|Academy|College|University
Community College|State University|State|Secondary School|Grammar School|Prep|Sixth Form|Institute of Technology|Comprehensive""")
UNIVERSITIES = _lines("""Harvard|Yale|Stanford|MIT|UCLA|NYU|Oxford|Cambridge|LSE|UCL|Ohio State|Penn State|University of Leeds|Georgetown
University of Michigan|University of Toronto|McGill|Duke|Cornell|Brown University|Texas A&M|IIT Delhi|University of Lagos|UC Davis""")
BRANDS = _lines("""Walmart|Target|Amazon|Tesco|Starbucks|McDonald's|Costco|Home Depot|Best Buy|Walgreens|CVS|UPS|FedEx|Deloitte|KPMG
Accenture|Infosys|Wipro|Tata Motors|Barclays|HSBC|Lloyds|Chase Bank|Wells Fargo|Boeing|Ford|Toyota|Siemens|Nestlé|Unilever|Asda
Sainsbury's|Greggs|Royal Mail|British Airways|Delta|Kroger|Safeway|Whole Foods|Trader Joe's|Aldi|Lidl|IKEA|Intel|IBM|Oracle|Cisco
Goldman Sachs|JP Morgan|Morgan Stanley|Pfizer|Bayer|Merck|Verizon|Comcast|AT&T|Vodafone|Telstra|Woolworths|Coles|Flipkart|Reliance""")
COMPANY_WORDS = _lines(
    "Apex|Summit|Bluebird|Evergreen|Pioneer|Harbor|Northstar|Redwood|Golden Gate|Lakeside|Metro|Unity|Quantum|Nova"
)
COMPANY_NOUNS = _lines("""Bright|Health|Data|Energy|Fresh|Market|Research|Smart|Home|Trust|Global|Media|Solar|Legal|Silver|Street|Open|Cloud|Bridge
First|Credit|Kitchen|Blue|Travel|Clear|Vision|Urban|Garden|Patient|Voices|Rapid|Movers|Simple|Insurance|Loan|Works|Water|Partners
Digital|Farm|People|Green|Charter|Peak|Fitness|United|Freight|Care|Network|Crown|Records|Public|Insight|Happy|Pets|Field""")
COMPANY_KINDS = _lines("""Ltd|Inc|Inc.|LLC|Group|and Sons|& Co|Logistics|Insurance|Bank|Bakery|Diner|Motors|Construction|Solutions
Technologies|Consulting|Partners|Law Firm|Plumbing|Foods|Pharmacy|Hotel|Salon|Daycare|Nursing Home|Airlines|Press|GmbH|PLC""")
CLINIC_NAMES = _lines(
    "St. Mary's|St Thomas'|Mount Sinai|Mercy|Sacred Heart|Riverside|Cedar Hills|Kings|Good Shepherd|Lakeview|Grace|Hope"
)
CLINIC_KINDS = _lines("""Hospital|General Hospital|General|Medical Center|Clinic|Counseling Center|Wellness Center|Behavioral Health
Infirmary|Psychiatric Hospital|Rehab|Recovery Center|Church|Baptist Church|Mosque|Temple|Children's Hospital|Hospice|Health Centre""")
