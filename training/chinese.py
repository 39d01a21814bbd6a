"""Chinese names that people type, where emojibase's are another thing's or nobody's; and those of places and looks.

Every entry is names with spaces between them: what it is called in simplified and in traditional Chinese, then others.
"""

from __future__ import annotations

SUBJECTS = {
    "american football": "橄榄球 美式足球", "apple": "苹果 蘋果", "avocado": "牛油果 酪梨", "backpack": "背包 背包",
    "bagel": "百吉饼 貝果", "baguette": "法棍 法國麵包 法棍面包", "basket": "篮子 籃子", "bathtub": "浴缸 浴缸",
    "beach umbrella": "沙滩伞 海灘傘", "beans": "豆子 豆子", "bear": "熊 熊 小熊 大熊",
    "bell pepper": "甜椒 甜椒 彩椒", "bicycle": "自行车 腳踏車 单车 單車 自行車 脚踏车",
    "bird": "鸟 鳥 小鸟 小鳥 鸟儿", "bison": "野牛 野牛", "black bird": "黑鸟 黑鳥 乌鸦 烏鴉",
    "blue whale": "蓝鲸 藍鯨", "boat": "帆船 帆船 船 小船", "book": "书 書 书本 書本", "books": "一摞书 一疊書",
    "bow and arrow": "弓箭 弓箭", "bowl of ice cream": "碗装冰淇淋 碗裝冰淇淋", "bowl of rice": "米饭 米飯",
    "bucket": "水桶 水桶", "bullet train": "高铁 高鐵 动车", "bullseye": "靶子 靶子 靶心",
    "burrito": "卷饼 捲餅", "bus": "公交车 公車 巴士 公共汽车", "butterfly": "蝴蝶 蝴蝶", "cake": "蛋糕 蛋糕 生日蛋糕",
    "camel": "骆驼 駱駝", "camera": "相机 相機 照相机 照相機", "candy": "糖果 糖果", "cap": "棒球帽 棒球帽",
    "car": "汽车 汽車 车 車 小汽车 小汽車 轿车 轎車", "castle": "城堡 城堡",
    "cat": "猫 貓 小猫 小貓 猫咪 貓咪 猫儿", "champagne bottle": "香槟 香檳", "cheese": "奶酪 起司 乳酪",
    "chess piece": "棋子 棋子", "chick": "小鸡 小雞", "chicken": "鸡 雞 母鸡 母雞", "chicken leg": "鸡腿 雞腿",
    "chili pepper": "辣椒 辣椒", "cloud": "云 雲 云朵 雲朵 白云 白雲", "coin": "硬币 硬幣 金币 金幣",
    "computer": "电脑 電腦", "cow": "奶牛 乳牛 牛 母牛", "crab": "螃蟹 螃蟹",
    "crossed swords": "交叉的剑 交叉的劍", "cruise ship": "游轮 郵輪 邮轮 遊輪",
    "cup of coffee": "咖啡 咖啡 一杯咖啡", "cup of tea": "茶 茶 一杯茶 绿茶 綠茶", "deer": "鹿 鹿 小鹿",
    "delivery truck": "货车 貨車", "diamond": "钻石 鑽石 宝石 寶石", "dinosaur": "恐龙 恐龍 霸王龙 暴龍",
    "disco ball": "迪斯科球 迪斯可球", "dog": "狗 狗 小狗 狗狗 犬", "dove": "鸽子 鴿子", "dress": "裙子 洋裝 连衣裙",
    "duck": "鸭子 鴨子 鸭 鴨 小鸭子", "eagle": "老鹰 老鷹", "earth": "地球 地球",
    "easter island statue": "复活节岛石像 復活節島石像", "egg": "鸡蛋 雞蛋 蛋",
    "eiffel tower": "埃菲尔铁塔 艾菲爾鐵塔 巴黎铁塔 巴黎鐵塔", "elephant": "大象 大象 小象",
    "fire": "火 火 火焰", "firecracker": "鞭炮 鞭炮", "fireworks": "烟花 煙火 烟火", "fish": "鱼 魚 小鱼 小魚 鱼儿",
    "fishing rod": "鱼竿 釣竿", "flip-flop": "人字拖 人字拖", "flower": "花 花 花朵 小花 鲜花 鮮花",
    "four leaf clover": "四叶草 四葉草", "fox": "狐狸 狐狸 小狐狸", "framed painting": "画框 畫框",
    "game controller": "游戏手柄 遊戲手把", "garlic": "大蒜 大蒜", "ghost": "幽灵 幽靈 鬼", "ginger root": "姜 薑",
    "glass of wine": "红酒 紅酒 葡萄酒 一杯红酒", "graduation cap": "学士帽 學士帽",
    "greek temple": "希腊神庙 希臘神廟",
    "hamburger": "汉堡 漢堡 汉堡包 漢堡包", "heart": "爱心 愛心 心 红心 心形", "helmet": "安全帽 安全帽 头盔 頭盔",
    "hibiscus": "木槿花 木槿花", "horse": "马 馬 小马 小馬", "house": "房子 房子 小房子 房屋",
    "house with garden": "带花园的房子 有花園的房子 别墅", "houses": "一排房子 一排房子",
    "ice cream": "冰淇淋 冰淇淋 冰激凌 甜筒", "ice skate": "冰鞋 冰鞋", "island": "小岛 小島 海岛 岛屿 島嶼",
    "jar": "罐子 罐子", "knife": "刀 刀 刀子", "knot": "绳结 繩結", "leafless tree": "枯树 枯樹",
    "lettuce": "生菜 生菜", "lightning": "闪电 閃電", "lion": "狮子 獅子 雄狮", "llama": "羊驼 羊駝",
    "loaf of bread": "面包 麵包", "long-necked dinosaur": "长颈恐龙 長頸恐龍", "lotus": "荷花 荷花 莲花 蓮花",
    "magnifying glass": "放大镜 放大鏡", "milk": "牛奶 牛奶 一杯牛奶", "monkey": "猴子 猴子 小猴子",
    "moon": "月亮 月亮 月牙 弯月 明月", "mountain": "山 山 大山 高山", "mouse": "老鼠 老鼠 小老鼠",
    "nest with eggs": "鸟巢 鳥巢", "open book": "打开的书 打開的書", "orange": "橙子 橘子 柳橙",
    "padlock": "锁 鎖 挂锁", "palm tree": "棕榈树 棕櫚樹 椰子树 椰子樹", "pancakes": "松饼 鬆餅",
    "panda": "熊猫 熊貓 大熊猫 大熊貓", "peach": "桃子 桃子", "pear": "梨 梨子", "phone": "手机 手機",
    "piano": "钢琴 鋼琴", "pickup truck": "皮卡 皮卡車 皮卡车", "pig": "猪 豬 小猪 小豬", "pine tree": "松树 松樹",
    "pizza": "披萨 披薩 比萨 比薩", "planet": "行星 行星 土星", "potted plant": "盆栽 盆栽",
    "rabbit": "兔子 兔子 小兔子 兔", "ramen": "拉面 拉麵", "rat": "大老鼠 大老鼠 耗子", "robot": "机器人 機器人",
    "rock": "石头 石頭", "roller skate": "轮滑鞋 輪式溜冰鞋", "rose": "玫瑰 玫瑰 玫瑰花", "rugby football":
    "英式橄榄球 英式橄欖球", "salad": "沙拉 沙拉", "saw": "锯子 鋸子", "saxophone": "萨克斯 薩克斯風",
    "scooter": "踏板车 速克達", "seashell": "贝壳 貝殼 海螺", "sheep": "绵羊 綿羊 羊 小羊", "ship": "轮船 輪船 大船",
    "shoe": "鞋子 鞋子 运动鞋 運動鞋 鞋", "shovel": "铲子 鏟子", "shrimp": "虾 蝦 虾子", "siren": "警灯 警燈",
    "skis": "滑雪板 滑雪板", "skyscraper": "摩天大楼 摩天大樓 高楼 高樓 大楼 大樓 摩天楼",
    "slice of cake": "一块蛋糕 一塊蛋糕", "slide": "滑梯 溜滑梯", "snake": "蛇 蛇 小蛇", "snowman": "雪人 雪人",
    "soap": "肥皂 肥皂", "soda": "汽水 汽水", "sofa": "沙发 沙發", "soup": "汤 湯",
    "spaghetti": "意大利面 義大利麵 意面",
    "spoon": "勺子 湯匙", "squid": "鱿鱼 魷魚", "stadium": "体育场 體育場", "steak": "牛排 牛排", "sun": "太阳 太陽",
    "sun hat": "草帽 草帽", "sunglasses": "太阳镜 太陽眼鏡 墨镜", "suv": "越野车 休旅車", "taco": "塔可 塔可",
    "taxi": "出租车 計程車 的士", "television": "电视 電視 电视机", "theater masks": "戏剧面具 戲劇面具",
    "tiger": "老虎 老虎 小老虎 虎", "tomato": "番茄 番茄 西红柿", "top hat": "礼帽 禮帽 帽子",
    "traffic light": "红绿灯 紅綠燈", "train": "火车 火車", "tram": "有轨电车 路面電車 电车",
    "tree": "树 樹 大树 大樹 树木 小树", "tropical drink": "热带饮料 熱帶飲料", "truck": "卡车 卡車 大卡车",
    "turtle": "乌龟 烏龜 海龟 海龜", "umbrella": "雨伞 雨傘 伞 傘", "watch": "手表 手錶",
    "wave": "海浪 海浪 浪花 波浪", "whale": "鲸鱼 鯨魚 鲸 鯨", "wheat": "小麦 小麥", "wolf": "狼 狼 灰狼",
    "worm": "虫子 蟲子 蚯蚓",
}  # fmt: skip
"""What a subject of `drawings` is called; one that is not here has emojibase's names."""

PEOPLE = {
    "man": "男人 男人 男子 男士", "woman": "女人 女人 女子 女士 美女", "boy": "男孩 男孩 小男孩",
    "girl": "女孩 女孩 小女孩 姑娘", "baby": "婴儿 嬰兒 宝宝 寶寶", "old man": "老人 老人 老爷爷 老爺爺 老头",
    "old woman": "老奶奶 老奶奶 老妇人 老婦人", "man with a beard": "大胡子男人 大鬍子男人",
    "woman with red hair": "红发女人 紅髮女人", "woman with blond hair": "金发女人 金髮女人",
    "man with blond hair": "金发男人 金髮男人", "woman with curly hair": "卷发女人 捲髮女人",
    "man with curly hair": "卷发男人 捲髮男人", "bald man": "光头男人 光頭男人", "king": "国王 國王",
    "queen": "女王 女王 皇后", "prince": "王子 王子", "princess": "公主 公主", "knight": "骑士 騎士",
    "wizard": "巫师 巫師 魔法师 魔法師", "witch": "女巫 女巫", "fairy": "仙女 仙女", "mermaid": "美人鱼 美人魚",
    "elf": "精灵 精靈", "vampire": "吸血鬼 吸血鬼", "zombie": "僵尸 殭屍", "superhero": "超级英雄 超級英雄",
    "ninja": "忍者 忍者", "santa claus": "圣诞老人 聖誕老人", "angel": "天使 天使",
    "astronaut": "宇航员 太空人 航天员 宇航員", "doctor": "医生 醫生", "chef": "厨师 廚師",
    "firefighter": "消防员 消防員", "police officer": "警察 警察", "teacher": "老师 老師 教师 教師",
    "farmer": "农民 農夫", "artist": "画家 畫家 艺术家 藝術家", "singer": "歌手 歌手", "scientist": "科学家 科學家",
    "judge": "法官 法官", "pilot": "飞行员 飛行員", "detective": "侦探 偵探", "mechanic": "修理工 技工",
    "construction worker": "建筑工人 建築工人", "student": "学生 學生", "bride": "新娘 新娘",
}  # fmt: skip
"""Who is known by name: people of the emoji sets as `people` calls them, and the project's own drawings of people."""

INVENTED = {
    "windmill": "风车 風車", "lighthouse": "灯塔 燈塔", "cottage": "乡间小屋 鄉間小屋 农舍 農舍",
    "log cabin": "木屋 木屋 小木屋", "barn": "谷仓 穀倉 农场 農場", "stone bridge": "石桥 石橋 桥 橋",
    "suspension bridge": "吊桥 吊橋 金门大桥 金門大橋", "tower": "塔 塔 石塔 高塔",
    "clock tower": "钟楼 鐘樓 大本钟 大笨鐘",
    "pagoda": "宝塔 寶塔", "pyramid": "金字塔 金字塔", "skyscrapers": "高楼群 高樓群 摩天楼群",
    "temple ruin": "神庙遗迹 神廟遺跡 遗迹 遺跡", "well": "水井 水井 井", "pirate ship": "海盗船 海盜船",
    "spaceship": "宇宙飞船 太空船 飞船 飛船", "fence": "篱笆 籬笆 栅栏 柵欄", "treehouse": "树屋 樹屋",
    "greenhouse": "温室 溫室", "bowl of fruit": "一碗水果 一碗水果 水果 果盘 果盤",
    "basket of apples": "一篮苹果 一籃蘋果",
    "vase of flowers": "花瓶 花瓶 一瓶花", "plant in a pot": "绿植 綠植", "bonsai": "小盆景 小盆景",
    "bare tree": "光秃的树 光禿的樹", "autumn tree": "秋天的树 秋天的樹", "sunflowers": "向日葵花 向日葵花",
    "bookshelf": "书架 書架", "lamp": "台灯 檯燈 灯 燈", "candle": "蜡烛 蠟燭", "wine bottle": "酒瓶 酒瓶",
    "mug": "马克杯 馬克杯", "teapot": "茶壶 茶壺", "wooden table": "木头桌子 木頭桌子", "treasure chest": "宝箱 寶箱",
    "witch hat": "巫师帽 巫師帽", "picnic basket": "野餐篮 野餐籃", "stained glass window": "彩色玻璃窗 彩繪玻璃窗",
    "mandala": "曼陀罗 曼陀羅", "galaxy": "星系 星系", "crystal": "水晶 水晶", "sandcastle": "沙堡 沙堡",
    "campfire": "篝火 營火", "hammock": "吊床 吊床", "seahorse": "海马 海馬", "starfish": "海星 海星",
    "stone statue": "石像 石像 雕像 雕塑",
}  # fmt: skip
"""The project's own drawings of things, `inventions`, by what they are plainly called."""

LANDSCAPES = {
    "mountains": "群山 群山 山脉 山脈 雪山", "mountain lake": "山中湖泊 山中湖泊 湖 湖泊 湖水",
    "hills": "丘陵 丘陵 山丘 风景 風景", "forest path": "林间小路 林間小路 小路", "sea": "大海 大海 海 海面 海景",
    "coast": "海岸 海岸 海崖 悬崖 懸崖", "waterfall": "瀑布 瀑布", "river": "河流 河流 河 小河", "canyon": "峡谷 峽谷",
    "meadow": "花海 花海 花田 花丛 花叢", "lavender field": "薰衣草田 薰衣草田 薰衣草",
    "wheat field": "麦田 麥田", "village": "村庄 村莊 小镇 小鎮 乡村 鄉村", "street": "街道 街道 马路 馬路",
}  # fmt: skip
"""Keys of `places.PLACES` that are no subject and no scene."""

SKIES = {
    "day": "晴天 晴天 阳光下 陽光下 阳光 陽光", "sunrise": "日出时 日出時 日出 清晨 早晨 黎明",
    "night": "深夜里 深夜裡 深夜 月光下 夜色", "rain": "雨中 雨中 下雨天 雨天 雨里 雨裡",
    "fog": "雾中 霧中 雾里 霧裡 大雾 大霧",
    "storm": "暴风雨中 暴風雨中 暴风雨 暴風雨", "autumn": "秋天 秋天 秋日 秋天里 秋天裡",
}  # fmt: skip
"""Keys of `landscapes.SKIES` that are no scene."""

PLACES = {
    "beach": "海滩上 海灘上 海滩 海灘 沙滩 沙灘 海边 海邊",
    "field": "田野里 田野裡 田野 草地 草原 草坪 原野 田里 田裡",
    "starry night": "星空下 星空下 星空 夜空 夜晚 夜里 夜裡 晚上 星夜 星夜下",
    "sunset": "夕阳下 夕陽下 夕阳 夕陽 日落 日落时 日落時 落日 黄昏 黃昏 傍晚",
    "snow": "雪地里 雪地裡 雪地 雪中 雪里 雪裡 冬天 冬天里 冬天裡 下雪天 下雪 雪",
    "forest": "森林里 森林裡 森林 树林 樹林 林中",
    "city": "城市里 城市裡 城市 都市 市区 市區 市中心",
    "underwater": "水下 水下 海底 水底 水中 水里 水裡 海里 海裡 海洋",
    "space": "太空中 太空中 太空 外太空 宇宙 银河 銀河",
    "desert": "沙漠里 沙漠裡 沙漠 沙丘",
    "room": "房间里 房間裡 房间 房間 室内 室內 屋里 屋裡",
    "table": "木桌上 木桌上 木桌 桌子 桌上 餐桌",
}
"""Where something is, as the page puts it before 的, then other words for it. Keys of `scenes.SCENES`."""

STYLES = {
    "watercolor": "水彩画 水彩畫 水彩",
    "oil painting": "油画 油畫",
    "pencil sketch": "铅笔画 鉛筆畫 素描 铅笔素描 鉛筆素描 速写 速寫",
    "pixel art": "像素画 像素畫 像素艺术 像素藝術 像素风 像素風 像素",
    "black and white photo": "黑白照片 黑白照片 黑白照 黑白摄影 黑白攝影",
    "blueprint": "蓝图 藍圖 设计图 設計圖",
}
"""Keys of `styles.STYLES`."""

COLORS = {
    "red": "红色 紅色 红 紅", "orange": "橙色 橙色 橘色 橘黄色 橘黃色 橙", "yellow": "黄色 黃色 黄 黃",
    "green": "绿色 綠色 绿 綠", "teal": "蓝绿色 藍綠色 青色", "blue": "蓝色 藍色 蓝 藍",
    "light blue": "浅蓝色 淺藍色 天蓝色 天藍色 淡蓝色 淡藍色", "navy blue": "深蓝色 深藍色 海军蓝 海軍藍 藏青色",
    "purple": "紫色 紫色 紫", "pink": "粉红色 粉紅色 粉色 粉红 粉紅 粉", "brown": "棕色 棕色 褐色 咖啡色",
    "black": "黑色 黑色 黑", "gray": "灰色 灰色 灰", "beige": "米色 米色 米黄色 米黃色",
    "white": "白色 白色 白",
}  # fmt: skip
"""Keys of `scenes.COLORS`, and white."""
