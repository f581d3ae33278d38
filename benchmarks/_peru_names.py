"""Names as they occur in Peru, for the generator of synthetic persons (`_peru.py`).

Shares are approximate. The order of the frequent surnames and given names follows what RENIEC publishes in
its press notes and national statistics (Quispe first, then Flores, Sánchez, Rodríguez, García, Huamán, Mamani
...); the shares were set by hand to fit that order, as no complete list is public. The tail is put together
from Quechua and Aymara stems, Basque and Castilian surnames, and surnames of Amazonian peoples.
"""

from itertools import product
from typing import Final

ANDES, AMAZON, ALL = "andes", "amazon", "all"

FREQUENT: Final = {
    ALL: (
        "Flores 150 Sánchez 142 Rodríguez 135 García 134 Rojas 112 Díaz 98 Vásquez 96 Torres 92 López 90 "
        "Ramos 90 Chávez 82 Gonzales 80 Ramírez 78 Mendoza 76 Castillo 72 Espinoza 68 Pérez 66 Gutiérrez "
        "60 Fernández 60 Castro 58 Cruz 56 Romero 50 Rivera 48 Vargas 48 Silva 46 Ruiz 45 Salazar 44 Reyes "
        "43 Morales 42 Martínez 40 Aguilar 40 Palomino 38 Cárdenas 37 Guerrero 36 Herrera 36 Medina 36 "
        "Álvarez 36 Campos 35 Paredes 34 Guevara 34 Gómez 34 Ortiz 32 Suárez 31 Valverde 30 Cabrera 30 "
        "Delgado 30 Velásquez 30 Soto 30 Cáceres 30 León 30 Salas 28 Bravo 27 Alvarado 27 Miranda 26 Núñez "
        "26 Sandoval 25 Vega 25 Ríos 25 Zapata 25 Moreno 24 Villanueva 24 Carrasco 24 Tello 23 Carranza 23 "
        "Arias 22 Zevallos 22 Santos 22 Peña 22 Acosta 22 Bautista 22 Contreras 22 Meza 22 Cueva 21 Ponce "
        "21 Escobar 20 Aguirre 20 Benites 20 Calderón 20 Córdova 20 Chuquimango 4 Espinoza 10 Farfán 18 "
        "Figueroa 18 Fuentes 17 Gamarra 17 Guerra 17 Juárez 18 Lozano 17 Luna 18 Maldonado 18 Montoya 16 "
        "Navarro 18 Ochoa 16 Olivares 14 Orellana 14 Pacheco 17 Padilla 14 Peralta 17 Pinedo 12 Quiroz 16 "
        "Rengifo 14 Robles 16 Rosales 16 Saavedra 17 Solís 15 Tapia 15 Trujillo 15 Valdivia 15 Valencia 14 "
        "Valenzuela 13 Varela 10 Vera 14 Vidal 11 Villegas 13 Yarlequé 7 Zamora 13 Zárate 13 Zavaleta 12 "
        "Zegarra 13 Zúñiga 14 Alarcón 14 Arévalo 14 Barboza 11 Barrientos 13 Bazán 13 Bernal 12 Briceño 11 "
        "Burga 9 Bustamante 14 Cabanillas 9 Canales 9 Cano 10 Cornejo 13 Cortez 13 Dávila 14 Dueñas 10 "
        "Enríquez 11 Escalante 12 Estrada 14 Gallardo 11 Gálvez 14 Garay 9 Hidalgo 10 Horna 7 Hurtado 11 "
        "Jara 11 Jiménez 16 Lara 9 Ledesma 8 Llanos 9 Loayza 10 Manrique 11 Marín 12 Márquez 10 Mejía 14 "
        "Mercado 9 Molina 14 Montes 11 Mora 9 Mori 12 Muñoz 16 Neyra 8 Obregón 9 Ocampo 8 Olivera 11 "
        "Ordóñez 9 Oré 7 Ortega 13 Osorio 10 Pariona 9 Pizarro 11 Porras 9 Portocarrero 10 Prado 12 Puma "
        "16 Purizaca 5 Ramón 8 Reátegui 8 Requejo 6 Ríos 8 Roque 12 Rosas 10 Rubio 10 Santa-Cruz 6 "
        "Santiago 8 Segura 9 Serna 6 Serrano 8 Sierra 7 Solano 9 Soria 8 Sosa 11 Sotelo 9 Tafur 6 Távara 5 "
        "Tejada 9 Tineo 6 Toledo 9 Toribio 8 Tovar 8 Ugarte 9 Urbina 9 Uribe 8 Valdez 9 Valle 8 Vela 9 "
        "Velarde 7 Ventura 9 Vigo 6 Vilchez 13 Villalobos 9 Vílchez 6 Villar 7 Yataco 5 Zambrano 9 "
        "De-la-Cruz 40 Del-Águila 8 Del-Castillo 5 De-la-Torre 5 Del-Carpio 5 De-la-Rosa 3 La-Rosa 6 "
        "La-Torre 5 De-los-Santos 2 San-Miguel 2 Li 3 Wong 4 Chang 3 Kcomt 1 Nakamura 1 Chumpitaz 6 "
        "Fiestas 9 Eche 5 Panta 6 Chunga 8 Ipanaqué 6"
    ),
    ANDES: (
        "Quispe 258 Huamán 128 Mamani 122 Condori 62 Apaza 34 Huanca 34 Choque 28 Ccori 9 Ticona 24 Chura "
        "14 Yupanqui 24 Huarcaya 12 Sulca 14 Poma 18 Taipe 14 Cusi 14 Huallpa 20 Ccahuana 10 Cahuana 10 "
        "Callo 8 Pari 12 Coaquira 12 Calcina 6 Chambi 15 Calsina 4 Cutipa 12 Catacora 8 Arapa 6 Ccama 10 "
        "Ccopa 9 Cayo 7 Challco 7 Champi 9 Chuquimia 5 Colque 12 Cruzado 6 Huamaní 34 Huaranca 7 Huayta 10 "
        "Huaytalla 6 Inca 8 Laura 14 Limachi 8 Lipa 7 Llacsa 6 Llanque 5 Machaca 13 Maquera 9 Nina 13 "
        "Ñaupari 4 Pacori 5 Pachari 4 Pillaca 7 Pumacahua 4 Quilca 5 Quilla 6 Ramos-Ccari 1 Sacaca 4 "
        "Sucasaca 4 Supo 6 Tacuri 6 Tapara 3 Tito 11 Tintaya 6 Ttito 5 Turpo 7 Vilca 16 Vilcapoma 4 Yana 7 "
        "Yanqui 4 Yucra 8 Zea 5 Ayala 16 Allcca 6 Ayma 5 Auccapuclla 3 Bellido 6 Ccasa 5 Ccorahua 6 "
        "Ccoyllo 2 Conde 7 Cconislla 2 Cconocc 2 Curi 8 Curo 7 Chipana 9 Ancco 5 Anccasi 3 Jallo 4 Jahuira "
        "3 Kcana 2 Larico 6 Luque 9 Mayta 8 Merma 5 Oblitas 5 Oscco 4 Paucar 17 Pocco 4 Qquenaya 2 "
        "Quiñones 9 Roca 8 Rimachi 8 Sillo 2 Soncco 6 Sullca 7 Tecsi 4 Tupac 3 Umeres 2 Uscamayta 3 "
        "Vargas-Machuca 1 Waman 2 Yapo 4 Zamata 3 Janampa 6 Lliuya 4 Tolentino 7 Tarazona 8 Alania 4 "
        "Atachagua 4 Espíritu 7 Huaman-Ñahui 1 Lázaro 7 Malpartida 7 Matos 9 Ninahuanca 3 Oscanoa 3 "
        "Palacios 15 Rupay 4 Tacza 3"
    ),
    AMAZON: (
        "Shupingahua 6 Tapullima 8 Sangama 9 Amasifuén 8 Tuanama 8 Pinchi 9 Ahuanari 6 Inuma 6 Pacaya 6 "
        "Murayari 7 Tamani 7 Yaicate 4 Manihuari 5 Canayo 5 Huaninchi 4 Icomena 2 Curitima 4 Yuyarima 4 "
        "Ahuite 3 Arimuya 3 Macedo 5 Isuiza 5 Tananta 5 Ishuiza 3 Cachique 7 Fasabi 5 Salas-Tuanama 1 "
        "Cumapa 4 Lavi 2 Maynas 3 Chujutalli 4 Guerra-Tapullima 1 Sinarahua 3 Satalaya 3 Pashanasi 4 "
        "Sajami 3 Shapiama 5 Vásquez-Inuma 1 Yahuarcani 5 Tello-Pacaya 1 Sinti 3 Silvano 4 Mozombite 5 "
        "Panduro 8 Paima 4 Taricuarima 4 Tangoa 5 Tulumba 3 Barbarán 4 Ramírez-Murayari 1 Maldonado-Inuma "
        "1 Ochavano 4 Sampayo 3 Cauper 3 Urquía 4 Rengifo-Sangama 1 Tsejem 2 Wajush 2 Tsamajain 2 Wisum 3 "
        "Kinin 2 Yampis 2 Chumap 3 Dekentai 1 Ampam 2 Esamat 2 Petsa 3 Shawit 2 Taki 2 Ugkum 1 Wampankit 1 "
        "Chimanca 2 Quinchori 3 Camaiteri 2 Shingari 2 Pachacama 1 Ríos-Shahuano 1 Shahuano 5 Pizango 5 "
        "Púa 2 Lancha 2 Inga 5 Cainamari 3 Tihuay 2 Huansi 2 Chota 4 Rojas-Icahuate 1 Icahuate 4 Saboya 4 "
        "Piro 2 Sebastián 3 Mosoline 1 Italiano 2 Trigoso 4 Urrelo 3 Flores-Pinchi 1 Grefa 3 Andi 2 Noteno "
        "2"
    ),
}
"""Share of a surname, in about 10 000 (a hyphen stands for a space), and the region where it is at home."""

_BASQUE = (
    "Agui Alda Amo Ari Arra Asca Ata Bara Beni Cara Echa Eli Esca Gara Goi Iba Ira Landa Laza Leza Men Oli "
    "Ola Sala"
)
_BASQUE_END = "rrea rena zábal rain rategui rola naga zúa guren ndoa rriaga laza chea"
_PATRONYMS = (
    "Abad Abanto Acevedo Acuña Adrianzén Agreda Alcalde Alcántara Alegre Alegría Alfaro Aliaga Almeyda "
    "Alva Amaya Anaya Angulo Aparicio Aquino Aranda Arana Araujo Arce Arellano Arenas Arroyo Asto Avalos "
    "Ávila Aybar Azañero Baca Baldeón Ballena Ballesteros Barba Barreto Barrios Barrón Becerra Bedoya "
    "Bejarano Béjar Bellota Beltrán Benavides Berrocal Berrospi Blanco Blas Bocanegra Bonilla Borja Brito "
    "Bueno Burgos Caballero Cabello Cajas Calle Camacho Cancino Cantoral Capcha Carbajal Cardozo Carhuas "
    "Carmona Carpio Carrera Carrillo Casas Castañeda Castellanos Castilla Centeno Cerna Cervantes Céspedes "
    "Cieza Cisneros Cobos Colán Collantes Concha Coronado Coronel Correa Cossío Cotrina Crisóstomo Cuba "
    "Cubas Cuéllar Custodio Chacón Chero Cherres Chiroque Damián Delgadillo Domínguez Durand Echevarría "
    "Escudero Espejo Espino Esquivel Esteban Estela Fajardo Falcón Ferrer Franco Frías Galindo Gallegos "
    "Gamboa Gárate Gavidia Gil Girón Godoy Granados Grados Guillén Guzmán Heredia Hernández Hinostroza "
    "Huertas Infante Infantes Inga Izquierdo Jaramillo Jáuregui Lachira Lazo Leiva Lévano Linares Lizana "
    "Llerena Llontop Lucero Lugo Macalupú Machuca Madrid Mairena Malca Malpica Mariño Marroquín Mauricio "
    "Maza Melgar Melgarejo Méndez Merino Mestanza Milla Mogollón Mondragón Monja Montalvo Monteza Montero "
    "Montenegro Moncada More Morán Moscoso Mostacero Nole Noriega Novoa Ojeda Olaya Oliva Oliveros "
    "Orbegoso Orozco Otero Oviedo Pantoja Pardo Parra Pasache Pastor Patiño Pazos Pedraza Peláez Perales "
    "Pereda Pereyra Pérez-Rosas Pino Pisco Plasencia Polo Pozo Prieto Puelles Puente Quevedo Quezada "
    "Quijano Quinteros Quintana Rabanal Rázuri Reaño Rebaza Recalde Renteria Revilla Reyna Ríofrio Rivas "
    "Rivero Roldán Román Rondón Roncal Rosado Rosario Ruesta Saldaña Saldívar Salcedo Salinas Salvador "
    "Samamé Samaniego Sáenz Santamaría Santillán Santisteban Sarmiento Segovia Seminario Sernaqué "
    "Sifuentes Silupú Simón Siesquén Solórzano Soplín Suclupe Talledo Tamayo Tantaleán Távara Temoche "
    "Terrones Timaná Tirado Tocto Toro Torrejón Tume Uceda Ulloa Urrutia Vaca Valderrama Valera Valiente "
    "Vallejo Vallejos Valles Varas Vargas-Ruiz Velasco Vélez Verástegui Vergara Viera Villacorta "
    "Villafuerte Villalta Villavicencio Villena Vite Vizcarra Yamunaqué Yarleque Yovera Yrigoyen Zapana "
    "Zavala Zeballos Zelada Zeña Zorrilla Zumaeta Zuloeta Zurita"
)
_ANDEAN = (
    "Huaman Poma Condor Llacsa Chuqui Curi Cusi Yana Sulla Ticlla Carhua Paucar Rimay Quilla Illa Tanta "
    "Vilca Naupa Huayna Ccolla Ancas Pari Titi Yauri Allqui Challa Puca Sara Sumac Tacca Capcha Choqque "
    "Maca Mallqui Inquil Ayar Quero Huaylla"
)
_ANDEAN_END = (
    "huanca cahua poma tito ccori ri lla rimachi yauri maita huaman condor ccasa nahui hualpa qui sto pata "
    "cusi huaraca"
)
TAIL_SHARES = (2.2, 0.8)
"""Share of a surname of the tail: a listed one, a composed one."""


def tail() -> dict[str, list[str]]:
    """Surnames beyond the frequent ones, by the region where they are at home: listed ones, composed ones."""
    composed = [a + b for a, b in product(_ANDEAN.split(), _ANDEAN_END.split())]
    basque = [a + b for a, b in product(_BASQUE.split(), _BASQUE_END.split())]
    amazonian = [a + b for a, b in product(_AMAZONIAN.split(), _AMAZONIAN_END.split())]
    return {ALL: _PATRONYMS.split() + basque, ANDES: composed, AMAZON: amazonian}


_AMAZONIAN = (
    "Shu Tapu Sanga Ahua Inu Muya Tama Yai Mani Cana Huani Curi Yuya Ari Isu Tana Cachi Chuju Pasha Saja "
    "Tsa Kina"
)
_AMAZONIAN_END = "nahua llima ma nari rari ti sa yari rima cuma shi manga pi quiri tsuma ntsa shari"

FOREIGN_SURNAMES: Final = (
    "González Rodríguez Pérez Hernández García Martínez Gómez Sánchez López Díaz Rojas Ramírez Gutiérrez "
    "Torres Moreno Marcano Colmenares Briceño Urdaneta Chirinos Rondón Guerra Salazar Rivas Suárez Mendoza "
    "Contreras Zambrano Bracho Villalobos Montilla Velásquez Marín Jiménez Medina Castillo Guerrero Blanco "
    "Peña Colina Boscán Parra Quintero Ospina Restrepo Arango Zapata Cardona Giraldo Murillo Mosquera "
    "Palacios Córdoba Valencia Hurtado Mena Ibarguen Caicedo Angulo Quiñónez Preciado Mina Cuero Flores "
    "Mamani Quispe Choque Condori Vargas Rocha Cuéllar Justiniano Suárez Roca Zambrano Cedeño Vera Moreira "
    "Macías Mero Intriago Delgado Loor Bravo"
)

WOMEN: Final = (
    "María 300 90,Rosa 130 30,Ana 80 40,Luz 75 25,Carmen 65 15,Juana 45 6,Flor 50 25,Gladys 26 4,"
    "Elizabeth 34 20,Milagros 30 45,Sonia 24 4,Yolanda 18 3,Norma 20 3,Nélida 14 2,Martha 20 3,Julia 24 8,"
    "Victoria 14 10,Teresa 16 3,Silvia 18 5,Patricia 24 8,Maribel 18 10,Marisol 14 10,Yesenia 16 22,"
    "Jessica 14 18,Karina 14 16,Katherine 6 30,Diana 12 28,Karen 8 24,Brenda 4 24,Fiorella 3 26,"
    "Daniela 3 32,Camila 1 40,Valeria 1 38,Alexandra 3 34,Andrea 6 30,Nicole 1 32,Kiara 0.5 24,"
    "Ariana 0.5 28,Luciana 0.5 26,Valentina 0.3 24,Mayra 4 18,Leydi 2 18,Yulisa 1 18,Jhoselyn 1 16,"
    "Estefany 1 20,Shirley 5 16,Angie 2 18,Cinthia 4 14,Claudia 10 14,Vanessa 10 16,Pamela 6 12,"
    "Gabriela 5 18,Lucía 8 18,Xiomara 1 14,Yajaira 1 12,Nayeli 0.5 18,Dayana 1 18,Ximena 0.5 14,Mía 0.2 12,"
    "Sofía 2 16,Isabel 16 8,Esther 14 8,Ruth 12 12,Noemí 8 10,Raquel 8 6,Rebeca 4 4,Sara 8 8,Betty 10 3,"
    "Nancy 14 4,Miriam 12 5,Mercedes 12 3,Lourdes 10 4,Pilar 12 6,Rocío 12 10,Roxana 12 6,Liliana 10 6,"
    "Lidia 10 4,Hilda 10 2,Irma 10 2,Olga 10 2,Edith 10 6,Delia 8 2,Elsa 10 2,Felícita 6 1,Maruja 5 0.5,"
    "Lucila 6 1,Celia 8 2,Justina 6 0.5,Eulalia 4 0.5,Dominga 4 0.3,Saturnina 3 0.2,Benita 4 0.4,Paula 6 8,"
    "Marleny 6 8,Rosmery 5 12,Yaneth 8 6,Janet 8 5,Magaly 6 5,Deysi 5 10,Nataly 3 14,Melissa 4 14,"
    "Evelyn 5 16,Lizbeth 5 18,Lisbeth 4 10,Yadira 1 10,Emely 0.3 14,Anghely 0.2 10,Saraí 0.2 10,"
    "Abigail 1 16,Genesis 0.5 10,Damaris 0.5 8,Zoila 6 2,Blanca 8 4,Bertha 8 2,Marlene 8 3,Violeta 4 2,"
    "Soledad 4 3,Beatriz 8 4,Cecilia 8 5,Mónica 8 6,Erika 8 10,Verónica 8 8,Jackeline 6 12,Jennifer 2 14,"
    "Thalía 0.5 14,Britney 0.1 8,Sheyla 1 14,Leslie 1 10,Wendy 3 12,Heidy 1 10,Ingrid 3 8,Guadalupe 5 6,"
    "Fátima 3 8,Antonella 0.5 10,Alessandra 0.5 10,Rubí 0.5 8,Esmeralda 2 8,Margot 2 0.5,Killa 0.1 0.6,"
    "Wayra 0.1 0.5,Illari 0.1 0.6,Nayra 0.1 0.8,Yarina 0.1 0.4,Sanken 0.05 0.2,Biri 0.05 0.2,Qori 0.05 0.3,"
    "Lady 2 12,Marilyn 2 8,Maricielo 0.3 10,Marisela 3 4,Luzmila 5 3,Filomena 4 0.4,Hermelinda 4 1,"
    "Aurelia 3 0.5,Yuliana 1 12,Yudith 2 5,Lesly 0.5 10,Sayuri 0.1 6,Akemi 0.1 6"
)
MEN: Final = (
    "José 200 110,Luis 130 90,Juan 140 70,Carlos 100 60,Jorge 60 30,Miguel 55 40,Jesús 40 35,Víctor 50 24,"
    "César 40 24,Pedro 45 14,Manuel 45 18,Julio 35 14,Ángel 20 34,David 20 34,Daniel 24 34,Diego 4 40,"
    "Cristian 10 30,Alexander 10 24,Jhon 6 30,Kevin 2 36,Anthony 2 28,Brayan 1 26,Jean 3 20,Franco 2 16,"
    "Sebastián 1 30,Fabrizio 0.5 16,Gabriel 4 24,Adrián 2 24,Piero 1 14,Renato 2 8,Edwin 16 12,Percy 10 4,"
    "Wilber 8 5,Wilmer 8 8,Elmer 8 5,Rolando 8 3,Freddy 10 6,Nilton 4 5,Roger 8 4,Walter 14 5,Raúl 14 6,"
    "Ricardo 16 12,Roberto 16 8,Fernando 14 12,Francisco 18 8,Santiago 8 10,Segundo 14 6,Santos 12 5,"
    "Félix 10 3,Teodoro 6 0.5,Gregorio 6 1,Marcelino 5 0.5,Alfredo 10 4,Alberto 14 6,Antonio 16 8,"
    "Eduardo 14 12,Enrique 12 6,Hugo 10 5,Iván 8 6,Javier 10 8,Joel 6 14,Josué 3 14,Lenin 4 5,Marco 10 8,"
    "Mario 12 4,Martín 10 8,Max 4 4,Nelson 8 5,Oscar 14 8,Pablo 8 6,Richard 8 8,Rubén 10 5,Saúl 5 5,"
    "Samuel 6 14,Abel 6 5,Amaru 0.1 0.6,Inti 0.1 0.5,Rumi 0.1 0.3,Yawar 0.05 0.2,Thiago 0.1 20,"
    "Mateo 0.2 20,Liam 0.1 10,Dylan 0.1 12,Leonardo 3 18,Rodrigo 3 14,Álvaro 3 8,Erick 4 14,Frank 4 10,"
    "Yeferson 1 12,Cristhofer 0.3 8,Smith 0.5 8"
)
"""Given names: share among those born about 1980, and among those born about 2008."""

FOREIGN_WOMEN: Final = (
    "María Yuleisy Génesis Oriana Yusmary Andreína Gabriela Daniela Valentina Paola Luisa Carolina Yuliana "
    "Mariana Rosángela Alexandra Estefanía Leidy Yeimi Natalia Laura Ana Rosa Juana Lizeth Mileidy Dayana "
    "Yorgelis Wilmary Franyelis Keila Karla"
)
FOREIGN_MEN: Final = (
    "José Luis Carlos Jesús Yorman Wilmer Andrés Juan Kleiver Jhonatan Brayan Santiago Ronald Edixon "
    "Miguel Darwin Óscar Jorge"
)

COINED: Final = (
    "Yo Ya Yu Yor Fran Wil Mai Kei Dai Ori Ros Nai Dar Jho Ed Al Gre Yos Mil Lis An Ke Wen Yen Mar"
)
COINED_WOMEN: Final = (
    "mary neidy leidy gelis nelis beth lisbeth liana maris nellys lina yelis nice mar neika lys"
)
COINED_MEN: Final = "man son wil berth der ner ferson nier xon ly rison wis gerson ker"
"""Parts of given names coined in a family, as is usual in Venezuela and on the coast of Colombia."""

NICKNAMES: Final = {
    "María": ("Mari", "Marita", "Mary"),
    "Rosa": ("Rosita", "Rosi"),
    "Luz": ("Lucha", "Lucecita"),
    "Carmen": ("Carmela", "Carmencita"),
    "Mercedes": ("Meche", "Mechita"),
    "Francisco": ("Pancho", "Paco"),
    "José": ("Pepe",),
    "Jesús": ("Chucho",),
    "Isabel": ("Chabela", "Isa"),
    "Lourdes": ("Lulú",),
    "Teresa": ("Tere",),
    "Guadalupe": ("Lupe",),
    "Elizabeth": ("Eli", "Betty"),
    "Milagros": ("Mili",),
    "Juana": ("Juanita",),
    "Flor": ("Florcita",),
    "Ana": ("Anita",),
    "Julia": ("Julita",),
    "Victoria": ("Vicky",),
    "Patricia": ("Paty",),
    "Jessica": ("Jessy",),
    "Katherine": ("Kathy",),
    "Alexandra": ("Alexa",),
    "Daniela": ("Dani",),
    "Gabriela": ("Gaby",),
    "Valeria": ("Vale",),
    "Yesenia": ("Yesi",),
    "Verónica": ("Vero",),
    "Mónica": ("Moni",),
    "Cecilia": ("Ceci",),
    "Beatriz": ("Betty",),
    "Antonio": ("Toño",),
    "Eduardo": ("Lalo",),
    "Enrique": ("Quique",),
    "Manuel": ("Manolo",),
    "Alberto": ("Beto",),
    "Pilar": ("Pili",),
    "Rosmery": ("Rosi",),
    "Fiorella": ("Fiore",),
    "Esther": ("Teta", "Esthercita"),
    "Luis": ("Lucho",),
    "Miguel": ("Micky",),
    "Roberto": ("Beto",),
    "Santiago": ("Santi",),
    "Ricardo": ("Richi",),
    "Norma": ("Normita",),
}
"""What people are called at home, with which a second office may enter them."""

ASSUMED: Final = (
    "Kiara Nicole Brenda Kimberly Tatiana Sharon Melany Paloma Perla Estrella Scarlet Jazmín Samantha "
    "Chantal Deborah Pamela"
)
"""Names that those who exploit a woman give her."""
